import type { Outputs } from '../../../model/batch.ts';
import { isList } from '../../../model/output-parts.ts';
import type { TreeEnsembleStep } from '../../../model/step.ts';
import type { BaseLink } from '../../../model/tree.ts';
import { allocateCells, createScratch, type RowBlock, toDense } from '../block.ts';
import { type EvaluatorContext, refuseStep } from '../evaluator.ts';
import { logit } from '../links.ts';

/** Raw scores before the first tree, `[rows, scores]`. */
export type BaseScores = (input: RowBlock) => Float64Array;

/** The `init=` estimator of a GradientBoosting; null where the base is constant. */
export function prepareBase(step: TreeEnsembleStep, { names, prepare }: EvaluatorContext): BaseScores | null {
  const { base, scores } = step;
  if (base.kind === 'constant') return null;
  const { outputs } = prepare(base.step, names);
  if (outputs === undefined)
    return refuseStep(base.step, 'predict', 'absent', 'an initial estimator that predicts');
  const packed = createScratch();
  const rounded = createScratch();
  return (input) => {
    const dense = toDense(input, names, packed);
    const cells = dense.rows * dense.cols;
    const data = rounded(cells);
    for (let k = 0; k < cells; k++) data[k] = Math.fround(dense.data[k]!);
    const answers = outputs({ ...dense, data });
    return linked(numbersOf(step, answers, base.link), base.link, base.eps, scores, input.rows);
  };
}

function numbersOf(step: TreeEnsembleStep, outputs: Outputs, link: BaseLink): Float64Array {
  const name = link === 'identity' ? 'predict' : 'predict_proba';
  const output = outputs[name];
  if (output === undefined || isList(output))
    return refuseStep(step, 'init_', `without ${name}`, 'an estimator with it');
  if (output.dtype === 'float64') return output.data;
  if (output.dtype === 'int64') return Float64Array.from(output.data, Number);
  return refuseStep(step, 'init_', `with ${output.dtype} ${name}`, 'numbers');
}

/** Probabilities `[rows, classes]` or predictions as raw scores; `_init_raw_predictions` of scikit-learn. */
function linked(
  given: Float64Array,
  link: BaseLink,
  eps: number,
  scores: number,
  rows: number,
): Float64Array {
  if (link === 'identity') return given;
  const clipped = given.map((p) => Math.min(Math.max(p, eps), 1 - eps));
  const out = allocateCells(rows * scores);
  const classes = given.length / rows;
  for (let row = 0; row < rows; row++) {
    if (link === 'logit') out[row] = logit(clipped[row * classes + 1]!);
    else if (link === 'half-logit') out[row] = 0.5 * logit(clipped[row * classes + 1]!);
    else writeLogs(clipped, row * scores, scores, link, out);
  }
  return out;
}

function writeLogs(
  p: Float64Array,
  from: number,
  scores: number,
  link: 'log' | 'centred-log',
  out: Float64Array,
): void {
  let sum = 0;
  for (let k = from; k < from + scores; k++) sum += Math.log(p[k]!);
  const divisor = link === 'centred-log' ? Math.exp(sum / scores) : 1;
  for (let k = from; k < from + scores; k++) out[k] = Math.log(p[k]! / divisor);
}
