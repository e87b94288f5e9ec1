import type { IsotonicCurve, IsotonicStep } from '../model/isotonic.ts';
import type { GraphBuilderApi, ValueName } from '../onnx/graph.ts';
import {
  bitExact,
  type CompileContext,
  type CompiledOutput,
  type StepCompiler,
  type StepCompilers,
} from './compiler.ts';
import { clipValue, flat } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { once } from './stream.ts';

/**
 * How many of ascending numbers are not above each of `x` `[N, 1]`, int64: a search by halves, in as many rounds as the
 * count has binary digits. Numbers of infinity fill the last round.
 */
function countNotAbove(g: GraphBuilderApi, ascending: Float64Array, x: ValueName): ValueName {
  const rounds = 32 - Math.clz32(ascending.length);
  const padded = new Float64Array(2 ** rounds - 1).fill(Infinity);
  padded.set(ascending);
  const points = g.float64(padded, [padded.length]);
  let count = g.add('Mul', [g.add('Cast', [g.add('Equal', [x, x])], { to: 7n }), g.int64([0], [])]);
  for (let half = 2 ** (rounds - 1); half >= 1; half /= 2) {
    const further = g.add('Add', [count, g.int64([half], [])]);
    const point = g.add('Gather', [points, g.add('Sub', [further, g.int64([1], [])])], { axis: 0n });
    count = g.add('Where', [g.add('LessOrEqual', [point, x]), further, count]);
  }
  return count;
}

/** The values of a curve at finite numbers `[N, 1]`; rows that it refuses are marked. */
export function interpolated(
  context: CompileContext,
  { x: points, y: values, outOfBounds }: IsotonicCurve,
  x: ValueName,
): ValueName {
  const { g, refusals } = context;
  const last = points.length - 1;
  const [low, high] = [points[0]!, points[last]!];
  if (last === 0) return g.add('Where', [g.add('Equal', [x, x]), g.float64([values[0]!], []), x]);
  const inside = clipValue(context, x, low, high);
  const beyond = g.add('Not', [g.add('Equal', [x, inside])]);
  if (outOfBounds === 'raise') refusals.where(beyond);
  const index = g.add('Sub', [countNotAbove(g, points, inside), g.int64([1], [])]);
  const lookUp = (table: Float64Array): ValueName =>
    g.add('Gather', [g.float64(table, [table.length]), index], { axis: 0n });
  const slopes = values.map((value, i) =>
    i === last ? 0 : (values[i + 1]! - value) / (points[i + 1]! - points[i]!),
  );
  const [point, value] = [lookUp(points), lookUp(values)];
  const rise = g.add('Mul', [lookUp(slopes), g.add('Sub', [inside, point])]);
  const line = g.add('Where', [g.add('Equal', [inside, point]), value, g.add('Add', [rise, value])]);
  return outOfBounds === 'nan' ? g.add('Where', [beyond, g.float64([Number.NaN], []), line]) : line;
}

const isotonic: StepCompiler<IsotonicStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const y = interpolated(context, step.curve, x);
    const output: CompiledOutput = { dtype: 'float64', shape: [], value: once(() => flat(context, y)) };
    return { outputs: { predict: output, transform: output } };
  },
  certify: () => bitExact('a slope times a difference, in the order of numpy.interp'),
};

export const ISOTONIC_COMPILERS: StepCompilers<IsotonicStep> = { isotonic };
