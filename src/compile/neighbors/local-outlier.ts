import type { LocalOutlierFactorStep } from '../../model/local-outlier.ts';
import type { ValueName } from '../../onnx/graph.ts';
import { type CompileContext, type StepCompiler, type StepCompilers, withinTolerance } from '../compiler.ts';
import { flat } from '../links.ts';
import { acceptedMatrix } from '../refusal.ts';
import { once } from '../stream.ts';
import { nearestPoints } from './nearest.ts';

/** Densities of the nearest points over that of the row, as a mean. */
const localOutlierFactor: StepCompiler<LocalOutlierFactorStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const scores = once(() => flat(context, scoresOf(context, step, x)));
    const decisions = once(() => g.add('Sub', [scores(), g.float64([step.offset], [])]));
    const predict = (): ValueName => {
      const outside = g.add('Less', [decisions(), g.float64([0], [])]);
      return g.add('Where', [outside, g.int64([-1], []), g.int64([1], [])]);
    };
    return {
      outputs: {
        predict: { dtype: 'int64', shape: [], value: predict },
        decision_function: { dtype: 'float64', shape: [], value: decisions },
        score_samples: { dtype: 'float64', shape: [], value: scores },
      },
    };
  },
  certify: () => withinTolerance('means of distances and of densities'),
};

function scoresOf({ g }: CompileContext, step: LocalOutlierFactorStep, x: ValueName): ValueName {
  const nearest = nearestPoints(g, x, step.search, step.k);
  const ofPoints = (values: Float64Array): ValueName =>
    g.add('Gather', [g.float64(values, [values.length]), nearest.points], { axis: 0n });
  const mean = (values: ValueName): ValueName =>
    g.add('ReduceMean', [values, g.int64([1], [1])], { keepdims: 1n });
  const apart = mean(g.add('Max', [nearest.distances(), ofPoints(step.reach)]));
  const own = g.add('Div', [g.float64([1], []), g.add('Add', [apart, g.float64([1e-10], [])])]);
  return g.add('Neg', [mean(g.add('Div', [ofPoints(step.density), own]))]);
}

export const LOCAL_OUTLIER_COMPILERS: StepCompilers<LocalOutlierFactorStep> = {
  'local-outlier-factor': localOutlierFactor,
};
