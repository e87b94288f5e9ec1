import type { CountSketchStep, SignedHash } from '../model/count-sketch.ts';
import type { ValueName } from '../onnx/graph.ts';
import { type CompileContext, type StepCompilers, withinTolerance } from './compiler.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix } from './stream.ts';

type G = CompileContext['g'];

/** A sketch of every row in the slots that some column is counted in, ascending. */
interface Sketch {
  readonly value: ValueName;
  readonly slots: readonly number[];
}

/**
 * One product with a matrix of signs times the factor: onnxruntime would fold a factor before a MatMul into a float32
 * attribute (MatMulScaleFusion).
 */
function sketch(g: G, x: ValueName, { factor, constant }: CountSketchStep, hash: SignedHash): Sketch {
  const slots = [...new Set(hash.slots)].sort((a, b) => a - b);
  const columns = hash.slots.length - (constant === null ? 0 : 1);
  const weights = new Float64Array(columns * slots.length);
  const counted = new Float64Array(slots.length);
  for (const [column, slot] of hash.slots.entries()) {
    const [at, sign] = [slots.indexOf(slot), hash.signs[column]!];
    if (column < columns) weights[column * slots.length + at] = sign * factor;
    else counted[at] = sign * constant!;
  }
  const sums = [x, g.float64(weights, [columns, slots.length]), g.float64(counted, [1, slots.length])];
  return { value: g.add('Gemm', sums), slots };
}

/** Σ over slots s of `sketch[s]` · `left` turned by s. */
const convolved = (g: G, left: ValueName, { value, slots }: Sketch, components: number): ValueName =>
  slots
    .map((slot, at) => {
      const weight = g.add('Gather', [value, g.int64([at], [1])], { axis: 1n });
      return g.add('Mul', [weight, turned(g, left, slot, components)]);
    })
    .reduce((sum, term) => g.add('Add', [sum, term]));

function turned(g: G, x: ValueName, by: number, components: number): ValueName {
  const from = Array.from({ length: components }, (_, k) => (k - by + components) % components);
  return by === 0 ? x : g.add('Gather', [x, g.int64(from, [components])], { axis: 1n });
}

/** A sketch with its empty slots. */
function whole(g: G, { value, slots }: Sketch, components: number): ValueName {
  const first = g.add('Gather', [value, g.int64([0], [1])], { axis: 1n });
  const padded = g.add('Concat', [value, g.add('Sub', [first, first])], { axis: 1n });
  const from = Array.from({ length: components }, (_, slot) => {
    const at = slots.indexOf(slot);
    return at < 0 ? slots.length : at;
  });
  return g.add('Gather', [padded, g.int64(from, [components])], { axis: 1n });
}

export const COUNT_SKETCH_COMPILERS: StepCompilers<CountSketchStep> = {
  'count-sketch': {
    emit(context, step, input) {
      const { g, refusals } = context;
      const { components } = step;
      const x = acceptedMatrix(context, input, step, 'finite');
      const [first, ...others] = step.hashes.map((hash) => sketch(g, x, step, hash));
      const product = others.reduce(
        (left, factor) => convolved(g, left, factor, components),
        whole(g, first!, components),
      );
      refusals.numbers(product, 'finite');
      return { stream: matrix(product, components) };
    },
    certify: () =>
      withinTolerance('a circular convolution summed as such, by the library through Fourier transforms'),
  },
};
