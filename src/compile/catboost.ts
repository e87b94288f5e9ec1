import type { CatBoostHead, CatBoostStep } from '../model/catboost.ts';
import type { ValueName } from '../onnx/graph.ts';
import { catboostSums } from './catboost-trees.ts';
import { askedValues } from './catboost-values.ts';
import {
  bitExact,
  type CompileContext,
  type CompiledOutput,
  type StepCompiler,
  withinUlp,
} from './compiler.ts';
import { argMax, binaryIndex, labelOutput } from './labels.ts';
import { complement, flat, rowMax, sigmoid } from './links.ts';
import { once } from './stream.ts';

type Head<K extends CatBoostHead['kind']> = Extract<CatBoostHead, { kind: K }>;
type Outputs = Record<string, CompiledOutput>;
type Raw = () => ValueName;

const INT64 = 7n;

/** Raw values `[N, dimensions]`: scale · sum + bias, left out where it would change nothing. */
function rawValues(context: CompileContext, step: CatBoostStep, sums: ValueName): ValueName {
  const { g } = context;
  const { scale, bias } = step;
  if (scale === 1 && bias.every((value) => value === 0)) return sums;
  return g.add('Add', [g.add('Mul', [g.float64([scale], []), sums]), g.float64(bias, [1, bias.length])]);
}

function regression(
  context: CompileContext,
  { link }: Head<'regression'>,
  dimensions: number,
  raw: Raw,
): Outputs {
  const { g } = context;
  const shape = dimensions === 1 ? [] : [dimensions];
  const output = (value: Raw): CompiledOutput => ({
    dtype: 'float64',
    shape,
    value: () => (dimensions === 1 ? flat(context, value()) : value()),
  });
  if (link === 'identity') return { predict: output(raw) };
  const linked =
    link === 'exp'
      ? () => g.add('Exp', [raw()])
      : () => {
          const variance = g.add('Exp', [g.add('Mul', [g.float64([2], []), column(context, raw(), 1)])]);
          return g.add('Concat', [column(context, raw(), 0), variance], { axis: 1n });
        };
  return { predict: output(linked), RawFormulaVal: output(raw) };
}

const column = ({ g }: CompileContext, value: ValueName, index: number): ValueName =>
  g.add('Gather', [value, g.int64([index], [1])], { axis: 1n });

function severalLabels(context: CompileContext, dimensions: number, raw: Raw): Outputs {
  const { g } = context;
  const above = () => g.add('Cast', [g.add('Greater', [raw(), g.float64([0], [])])], { to: INT64 });
  const shape = [dimensions];
  return {
    predict: { dtype: 'int64', shape, value: above },
    predict_proba: { dtype: 'float64', shape, value: () => sigmoid(context, raw()) },
    RawFormulaVal: { dtype: 'float64', shape, value: raw },
  };
}

function twoClasses(context: CompileContext, { classes, threshold }: Head<'classes'>, raw: Raw): Outputs {
  const { g } = context;
  const score = once(() => flat(context, raw()));
  const index = () => binaryIndex(context, g.add('Greater', [score(), g.float64([threshold], [])]));
  return {
    predict: labelOutput(context, classes, index),
    predict_proba: {
      dtype: 'float64',
      shape: [2],
      value: () => complement(context, sigmoid(context, score())),
    },
    RawFormulaVal: { dtype: 'float64', shape: [], value: score },
  };
}

function manyClasses(context: CompileContext, head: Head<'classes'>, raw: Raw): Outputs {
  const { classes, link } = head;
  const scores = once(() => byClass(context, head, raw()));
  const shape = [classes.values.length];
  const linked = () =>
    link === 'softmax'
      ? softmaxInOrder(context, scores(), classes.values.length)
      : sigmoid(context, scores());
  return {
    predict: labelOutput(context, classes, () => argMax(context, scores())),
    predict_proba: { dtype: 'float64', shape, value: linked },
    RawFormulaVal: { dtype: 'float64', shape, value: scores },
  };
}

/** Raw values by class: -∞ where no dimension is of it. */
function byClass(
  { g }: CompileContext,
  { classes, dimensionClass }: Head<'classes'>,
  raw: ValueName,
): ValueName {
  const places = Array.from({ length: classes.values.length }, (_, place) => dimensionClass.indexOf(place));
  if (places.length === dimensionClass.length && places.every((at, place) => at === place)) return raw;
  const none = dimensionClass.length;
  const rows = g.add('Shape', [raw], { start: 0n, end: 1n });
  const shape = g.add('Concat', [rows, g.int64([1], [1])], { axis: 0n });
  const absent = g.add('Expand', [g.float64([Number.NEGATIVE_INFINITY], [1, 1]), shape]);
  const indexes = places.map((at) => (at < 0 ? none : at));
  const all = g.add('Concat', [raw, absent], { axis: 1n });
  return g.add('Gather', [all, g.int64(indexes, [indexes.length])], { axis: 1n });
}

/** Softmax whose sum goes from the first class to the last. */
function softmaxInOrder({ g }: CompileContext, x: ValueName, width: number): ValueName {
  const exp = g.add('Exp', [g.add('Sub', [x, rowMax(g, x)])]);
  const running = g.add('CumSum', [exp, g.int64([1], [])]);
  return g.add('Div', [exp, g.add('Gather', [running, g.int64([width - 1], [1])], { axis: 1n })]);
}

/** Boosted trees of CatBoost; categories are hashed natively, in front of the graph. */
export const catboost: StepCompiler<CatBoostStep> = {
  emit(context, step, input) {
    const raw = once(() =>
      rawValues(context, step, catboostSums(context, step, askedValues(context, step, input))),
    );
    const { head, dimensions } = step;
    if (head.kind === 'regression') return { outputs: regression(context, head, dimensions, raw) };
    if (head.kind === 'labels') return { outputs: severalLabels(context, dimensions, raw) };
    return {
      outputs: head.link === 'sigmoid' ? twoClasses(context, head, raw) : manyClasses(context, head, raw),
    };
  },
  certify: ({ head, categories }) => {
    const hashed = categories.length > 0 ? '; categories hashed natively, in front of the graph' : '';
    return head.kind === 'regression' && head.link === 'identity'
      ? bitExact(`leaves added tree by tree${hashed}`)
      : withinUlp(4, `raw values bit-exact, exp differs by ≤ 1 ulp${hashed}`);
  },
};
