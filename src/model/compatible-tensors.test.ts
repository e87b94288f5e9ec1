import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../core/testing/runs.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { compatibility } from './compatibility.ts';
import type { Signature, TensorSpec } from './signature.ts';
import { type DType, TYPED_ARRAYS } from './tensor.ts';

type Tensors = Extract<Signature, { form: 'tensors' }>;
const signature = (...specs: TensorSpec[]): Tensors => ({
  form: 'tensors',
  tensors: specs,
  outputs: [],
  classes: null,
});

const accepts = (target: Signature, rows: readonly unknown[]): boolean => {
  try {
    decodeInput({ rows }, target);
    return true;
  } catch {
    return false;
  }
};

const DTYPES = [...Object.keys(TYPED_ARRAYS), 'string'] as DType[];
/** At least one value that each numeric type takes and each narrower one does not. */
const VALUES = [0, 1, 2, -1, 200, -200, 65_535, 70_000, -70_000, 3e9, -3e9, 1e15, 1.5, 1e39, null, true, 'x'];
const LARGEST = ['9223372036854775807', '18446744073709551615', '-9223372036854775808'];

test('a type widens exactly where every value that was accepted still is', () => {
  for (const from of DTYPES) {
    for (const to of DTYPES) {
      const [before, after] = [from, to].map((dtype) => signature({ name: 'x', dtype, shape: [-1] }));
      // Integers of 64 bits may be sent as text, which no float takes; such a float takes their numbers, rounded.
      const values = to.startsWith('float') ? VALUES : [...VALUES, ...LARGEST];
      const refused = values.some((value) => accepts(before!, [value]) && !accepts(after!, [value]));
      expect([from, to, compatibility(before!, after!).breaking.length > 0]).toEqual([from, to, refused]);
    }
  }
});

const size = fc.constantFrom(-1, 1, 2);
const spec = (name: string, batch: number): fc.Arbitrary<TensorSpec> =>
  fc.array(size, { maxLength: 2 }).map((rest) => ({ name, dtype: 'float32', shape: [batch, ...rest] }));
/** One or two inputs in either order, of one batch size, free or frozen. */
const some: fc.Arbitrary<Tensors> = fc
  .tuple(fc.subarray(['a', 'b'], { minLength: 1 }), fc.boolean(), fc.constantFrom(-1, 2))
  .chain(([names, turned, batch]) =>
    fc.tuple(...(turned ? names.toReversed() : names).map((name) => spec(name, batch))),
  )
  .map((specs) => signature(...specs));

/** Values of every size that a shape without its batch dimension allows, up to three. */
function valuesOf([first, ...rest]: readonly number[]): unknown[] {
  if (first === undefined) return [0.5];
  const sizes = first < 0 ? [1, 2, 3] : [first];
  return sizes.flatMap((count) => valuesOf(rest).map((value) => new Array<unknown>(count).fill(value)));
}

test('a change of tensors is breaking exactly where some request is refused that was accepted, or is misread', () => {
  fc.assert(
    fc.property(some, some, (before, after) => {
      const named = before.tensors.map(({ name, shape }) => [name, valuesOf(shape.slice(1))] as const);
      const base = Object.fromEntries(named.map(([name, values]) => [name, values[0]]));
      const rows = named.flatMap(([name, values]) => values.map((value) => ({ ...base, [name]: value })));
      const requests = rows
        .flatMap((row) => [[row], [row, row]])
        .filter((request) => accepts(before, request));
      const refused = requests.some((request) => !accepts(after, request));
      const names = ({ tensors }: Tensors): string => tensors.map(({ name }) => name).join();
      const ranks = ({ tensors }: Tensors): string => tensors.map(({ shape }) => shape.length).join();
      // A value alone will do for a list of one in JSON, and not where tensors come with their shapes.
      const moved = names(before) !== names(after) || ranks(before) !== ranks(after);
      expect(compatibility(before, after).breaking.length > 0).toBe(refused || moved);
    }),
    { numRuns: runs(2000), seed: 20261126 },
  );
});
