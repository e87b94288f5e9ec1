import { elementAt } from '../../core/element-at.ts';
import type { DummyStep } from '../../model/dummy.ts';
import { type Tensor, takeLabels } from '../../model/tensor.ts';
import type { StepEvaluator } from './evaluator.ts';
import { stackLabels } from './labels.ts';

/** The same answer for every row. */
export function prepareDummy(step: DummyStep): StepEvaluator {
  if (step.task === 'regression') {
    const { values, flat } = step;
    return {
      outputs: ({ rows }) => {
        const shape = flat ? [rows] : [rows, values.length];
        return { predict: { dtype: 'float64', shape, data: repeat(values, rows) } };
      },
    };
  }
  const { targets } = step;
  return {
    outputs: ({ rows }) => {
      const labels = targets.map((target) =>
        takeLabels(target.classes, new Int32Array(rows).fill(target.predicted)),
      );
      const probabilities = targets.map(({ probabilities: row }): Tensor => {
        return { dtype: 'float64', shape: [rows, row.length], data: repeat(row, rows) };
      });
      if (targets.length === 1)
        return { predict: elementAt(labels, 0), predict_proba: elementAt(probabilities, 0) };
      return { predict: stackLabels(labels, elementAt(targets, 0).classes), predict_proba: probabilities };
    },
  };
}

function repeat(row: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(row.length * rows);
  for (let at = 0; at < out.length; at += row.length) out.set(row, at);
  return out;
}
