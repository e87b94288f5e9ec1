import { FARTHEST, type FourierFeaturesStep, turningOf } from '../model/fourier-features.ts';
import type { ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompilers, withinTolerance } from './compiler.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix } from './stream.ts';
import { cos } from './trigonometry.ts';

type G = CompileContext['g'];

/** 1 / 2π in two parts. */
const TURN = [0.15915494309189535, -9.839338337591243e-18] as const;
/** Bits below the largest number of a row that slices hold. */
const PRECISION = 95;

/** Bits of one slice: sums of `terms` products of two slices are exact in any order, with a bit to spare each. */
const bitsFor = (terms: number): number => Math.floor((51 - Math.ceil(Math.log2(terms))) / 2);

/** `value · 1/2π` and what that loses. */
function turns(value: number): [number, number] {
  const half = (x: number): number => x * 134217729 - (x * 134217729 - x);
  const [high, turnHigh] = [half(value), half(TURN[0])];
  const [low, turnLow] = [value - high, TURN[0] - turnHigh];
  const product = value * TURN[0];
  const lost = high * turnHigh - product + high * turnLow + low * turnHigh + low * turnLow;
  return [product, lost + value * TURN[1]];
}

/** A sum and what rounding loses of it (D. Knuth, The Art of Computer Programming 2, 4.2.2). */
function exactSum(a: number, b: number): [number, number] {
  const sum = a + b;
  const part = sum - a;
  return [sum, a - (sum - part) + (b - part)];
}

/** Slices `[features, components]` of the weights as parts of a full turn, each of so many bits, the highest first. */
function weightSlices({ weights: { rows, cols, data } }: FourierFeaturesStep, bits: number, count: number) {
  const slices = Array.from({ length: count }, () => new Float64Array(rows * cols));
  for (let component = 0; component < rows; component++) {
    const own = Array.from(data.subarray(component * cols, (component + 1) * cols), turns);
    const most = Math.max(...own.map(([high]) => Math.abs(high)));
    for (const [k, [high, low]] of own.entries()) {
      let [rest, more] = [high, low];
      for (const [at, slice] of slices.entries()) {
        const anchor = most * 2 ** (53 - bits * (at + 1));
        const part = rest + anchor - anchor;
        slice[k * rows + component] = part;
        [rest, more] = exactSum(rest - part, more);
      }
    }
  }
  return slices;
}

/** Slices of rows `[N, features]`, measured by the largest number of each. */
function rowSlices(g: G, x: ValueName, bits: number, count: number): readonly ValueName[] {
  const most = g.add('ReduceMax', [g.add('Abs', [x]), g.int64([1], [1])], { keepdims: 1n });
  let rest = x;
  return Array.from({ length: count }, (_, at) => {
    const anchor = g.add('Mul', [most, g.float64([2 ** (53 - bits * (at + 1))], [])]);
    const part = g.add('Sub', [g.add('Add', [rest, anchor]), anchor]);
    rest = g.add('Sub', [rest, part]);
    return part;
  });
}

/** What is left of turns beside whole ones. */
const fraction = (g: G, x: ValueName): ValueName => g.add('Sub', [x, g.add('Round', [x])]);

/**
 * Angles as fractions of a turn: products of slices are exact (K. Ozaki, T. Ogita, S. Oishi, S. Rump, Error-free
 * transformations of matrix multiplication, 2012), and so is what is left of each beside whole turns.
 */
function anglesOf(g: G, x: ValueName, step: FourierFeaturesStep): ValueName {
  const { rows: components, cols } = step.weights;
  const bits = bitsFor(cols);
  const count = Math.ceil(PRECISION / bits);
  const weights = weightSlices(step, bits, count);
  const parts = rowSlices(g, x, bits, count).flatMap((rows, i) =>
    weights
      .slice(0, count - i)
      .map((slice) => fraction(g, g.add('MatMul', [rows, g.float64(slice, [cols, components])]))),
  );
  const offset = g.float64(
    step.offset.map((value) => value / (2 * Math.PI)),
    [1, components],
  );
  const sum = parts.reduceRight((total, part) => g.add('Add', [total, part]), offset);
  return g.add('Mul', [fraction(g, sum), g.float64([2 * Math.PI], [])]);
}

export const FOURIER_FEATURES_COMPILERS: StepCompilers<FourierFeaturesStep> = {
  'fourier-features': {
    emit(context, step, input) {
      const { g, refusals } = context;
      const x = acceptedMatrix(context, input, step, 'finite');
      const turning = g.float64(turningOf(step), [step.weights.cols, 1]);
      const reach = g.add('MatMul', [g.add('Abs', [x]), turning]);
      refusals.where(g.add('Greater', [reach, g.float64([FARTHEST], [])]));
      const waves = cos(g, anglesOf(g, x, step));
      return { stream: matrix(g.add('Mul', [waves, g.float64([step.factor], [])]), step.weights.rows) };
    },
    certify: () => withinTolerance('cosines of angles that are summed exactly; the library rounds them'),
  },
};
