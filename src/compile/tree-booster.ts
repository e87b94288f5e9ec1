import { type BoosterHead, isLinked, type MarginLink } from '../model/booster.ts';
import type { TreeEnsembleStep } from '../model/step.ts';
import type { ValueName } from '../onnx/graph.ts';
import { bitExact, type CompileContext, type CompiledOutput, withinUlp } from './compiler.ts';
import { argMax, binaryIndex, labelOutput } from './labels.ts';
import { complement, flat, log1p, rowMax } from './links.ts';
import type { StepCertification } from './plan.ts';
import { once } from './stream.ts';

const TO_FLOAT32 = { to: 1n };
const TO_FLOAT64 = { to: 11n };

/** Outputs of a booster from its margins `[N, scores]`, which are of the type of the sums. */
export function boosterOutputs(
  context: CompileContext,
  { scores, sums }: Pick<TreeEnsembleStep, 'scores' | 'sums'>,
  head: BoosterHead,
  margins: () => ValueName,
): Record<string, CompiledOutput> {
  const { g } = context;
  const one = scores === 1;
  const shape = head.flat && one ? [] : [scores];
  const shaped = (value: ValueName): ValueName => (head.flat && one ? flat(context, value) : value);
  const margin: CompiledOutput = { dtype: sums, shape, value: () => shaped(margins()) };
  const { divisor = 1 } = head;
  const averaged = (): ValueName =>
    divisor === 1 ? margins() : g.add('Div', [margins(), constant(context, sums, divisor)]);
  const linked = once(() => emitLink(context, head.link, averaged(), sums));
  const { classes } = head;
  if (classes === null) {
    const chosen = head.link.kind === 'argmax';
    const predict: CompiledOutput = {
      dtype: sums,
      shape: chosen ? [] : shape,
      value: () => (chosen ? linked() : shaped(linked())),
    };
    return { predict, [head.margins]: margin };
  }
  const half = (): ValueName => constant(context, sums, 0.5);
  const index = (): ValueName =>
    one
      ? binaryIndex(context, g.add('Greater', [flat(context, linked()), half()]))
      : argMax(context, linked());
  return {
    predict: labelOutput(context, classes, index),
    predict_proba: {
      dtype: sums,
      shape: [classes.values.length],
      value: () => (one ? pair(context, linked(), sums) : linked()),
    },
    [head.margins]: margin,
  };
}

const constant = ({ g }: CompileContext, dtype: 'float32' | 'float64', value: number): ValueName =>
  dtype === 'float32' ? g.float32([value], []) : g.float64([value], []);

/** `[1 - p, p]`. */
function pair(context: CompileContext, p: ValueName, dtype: 'float32' | 'float64'): ValueName {
  if (dtype === 'float64') return complement(context, p);
  const { g } = context;
  return g.add('Concat', [g.add('Sub', [g.float32([1], []), p]), p], { axis: 1n });
}

/**
 * The link, emitted in float64. Of float32 margins each step is rounded to float32, as the library's own float32
 * arithmetic rounds it; its exp is of the C library, within one unit in the last place of this one.
 */
function emitLink(
  context: CompileContext,
  link: MarginLink,
  margins: ValueName,
  dtype: 'float32' | 'float64',
): ValueName {
  const { g } = context;
  const single = dtype === 'float32';
  const wide = (value: ValueName): ValueName => (single ? g.add('Cast', [value], TO_FLOAT64) : value);
  const narrow = (value: ValueName): ValueName => (single ? g.add('Cast', [value], TO_FLOAT32) : value);
  const number = (value: number): ValueName => constant(context, dtype, value);
  const exp = (value: ValueName): ValueName => narrow(g.add('Exp', [wide(value)]));
  switch (link.kind) {
    case 'identity':
      return margins;
    case 'exp':
      return exp(margins);
    case 'log1p-exp':
      return narrow(log1p(g, wide(exp(margins))));
    case 'signed-square':
      return g.add('Mul', [g.add('Mul', [g.add('Sign', [margins]), margins]), margins]);
    case 'hinge':
      return g.add('Cast', [g.add('Greater', [margins, number(0)])], single ? TO_FLOAT32 : TO_FLOAT64);
    case 'argmax':
      return g.add('Cast', [argMax(context, margins)], single ? TO_FLOAT32 : TO_FLOAT64);
    case 'sigmoid': {
      const scaled = g.add('Mul', [margins, number(-link.factor)]);
      const bounded = Number.isFinite(link.limit) ? g.add('Min', [scaled, number(link.limit)]) : scaled;
      return g.add('Div', [number(1), g.add('Add', [exp(bounded), number(1)])]);
    }
    case 'softmax': {
      const powers = exp(g.add('Sub', [margins, rowMax(g, margins)]));
      const sum = g.add('ReduceSum', [wide(powers), g.int64([1], [1])], { keepdims: 1n });
      return g.add('Div', [powers, narrow(sum)]);
    }
  }
}

export function certifyBooster(head: BoosterHead, sums: string): StepCertification {
  if (!isLinked(head, head.classes === null ? 'predict' : 'predict_proba')) return bitExact(sums);
  return withinUlp(4, `margins are bit-exact: ${sums}; the exp of the library is of the C library`);
}
