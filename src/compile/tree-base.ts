import type { TreeEnsembleStep } from '../model/tree.ts';
import type { Value } from '../onnx/graph.ts';
import { type Context, type Output, unsupported } from './compiler.ts';
import { clip } from './links.ts';
import { matrix } from './stream.ts';
import type { Compared } from './tree-scores.ts';

/** numpy.finfo(numpy.float32).eps: GradientBoosting keeps init probabilities this far from 0 and 1. */
const FLOAT32_EPSILON = 2 ** -23;

/**
 * Raw scores `[N, scores]` of GradientBoosting's `init=` estimator, which sees the rounded input: its prediction, or
 * the link of its probabilities (sklearn.ensemble._gb._init_raw_predictions).
 */
export function estimatorScores(context: Context, step: TreeEnsembleStep, x: Compared): Value {
  const { g } = context;
  if (step.base.kind !== 'estimator') return g.float64([0], [1, 1]);
  const { outputs } = context.compile(step.base.step, matrix(x.value, x.width));
  const name = step.head.kind === 'boosted' ? 'predict_proba' : 'predict';
  const output = outputs?.[name];
  if (output === undefined || !('value' in output)) {
    throw unsupported(step, 'init_', `without ${name}`, `an estimator with one ${name} is`);
  }
  return step.head.kind === 'boosted'
    ? linkOf(context, step, output)
    : g.add('Reshape', [output.value(), g.int64([-1, step.scores], [2])]);
}

/** Binary: log(p / (1 - p)), halved for exponential loss; otherwise log p, centred by row from the `softmax` link on. */
function linkOf({ g, ...context }: Context, { head }: TreeEnsembleStep, output: Output): Value {
  const p = clip({ g, ...context }, output.value(), FLOAT32_EPSILON, 1 - FLOAT32_EPSILON);
  if (head.kind === 'boosted' && head.link === 'sigmoid') {
    const positive = g.add('Gather', [p, g.int64([1], [1])], { axis: 1n });
    const odds = g.add('Div', [positive, g.add('Sub', [g.float64([1], []), positive])]);
    return g.add('Div', [g.add('Log', [odds]), g.float64([head.factor], [])]);
  }
  const log = g.add('Log', [p]);
  if (head.kind !== 'boosted' || head.link !== 'softmax') return log;
  return g.add('Sub', [log, g.add('ReduceMean', [log, g.int64([1], [1])], { keepdims: 1n })]);
}
