import type { TreeEnsembleStep } from '../model/step.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { clipValue } from './links.ts';
import { matrix } from './stream.ts';

type EstimatorBase = Extract<TreeEnsembleStep['base'], { kind: 'estimator' }>;

/**
 * Raw scores `[N, scores]` of GradientBoosting's `init=` estimator, which sees the rounded input: its prediction, or
 * the link of its probabilities (sklearn.ensemble._gb._init_raw_predictions).
 */
export function estimatorScores(
  context: CompileContext,
  step: TreeEnsembleStep,
  base: EstimatorBase,
  x: ComparedInput,
): ValueName {
  const { g } = context;
  const { outputs } = context.compile(base.step, matrix(x.value, x.width));
  const name = base.link === 'identity' ? 'predict' : 'predict_proba';
  const output = outputs?.[name];
  if (output === undefined || !('value' in output)) {
    throw compileUnsupported(step, 'init_', `without one ${name}`, 'an estimator with it is');
  }
  return base.link === 'identity'
    ? g.add('Reshape', [output.value(), g.int64([-1, step.scores], [2])])
    : linkOf(context, base, output.value());
}

/** The link of probabilities `[N, classes]` kept `eps` away from 0 and 1. */
function linkOf(context: CompileContext, { link, eps }: EstimatorBase, probabilities: ValueName): ValueName {
  const { g } = context;
  const p = clipValue(context, probabilities, eps, 1 - eps);
  if (link === 'logit' || link === 'half-logit') {
    const positive = g.add('Gather', [p, g.int64([1], [1])], { axis: 1n });
    const odds = g.add('Div', [positive, g.add('Sub', [g.float64([1], []), positive])]);
    const logit = g.add('Log', [odds]);
    return link === 'logit' ? logit : g.add('Mul', [logit, g.float64([0.5], [])]);
  }
  const log = g.add('Log', [p]);
  if (link === 'log') return log;
  return g.add('Sub', [log, g.add('ReduceMean', [log, g.int64([1], [1])], { keepdims: 1n })]);
}

/** The input in the precision in which trees compare it. */
export interface ComparedInput {
  readonly value: ValueName;
  readonly width: number;
}
