import type { SignatureChange } from './compatibility-change.ts';
import type { TensorSpec } from './signature.ts';
import type { DType } from './tensor.ts';
import { listed, quotedValue } from './wording.ts';

const change = (breaking: boolean, name: string | null, text: string): SignatureChange => ({
  where: 'inputs',
  name,
  text,
  breaking,
});

/** Changes of the named tensors of a graph. */
export function compareTensors(
  before: readonly TensorSpec[],
  after: readonly TensorSpec[],
): readonly SignatureChange[] {
  const had = new Map(before.map((spec) => [spec.name, spec]));
  const has = new Map(after.map((spec) => [spec.name, spec]));
  const kept = before.filter(({ name }) => has.has(name)).map(({ name }) => name);
  const now = after.filter(({ name }) => had.has(name)).map(({ name }) => name);
  return [
    ...before
      .filter(({ name }) => !has.has(name))
      .map(({ name }) =>
        change(true, name, `input ${quotedValue(name)} is gone: requests that hold it are refused`),
      ),
    ...after
      .filter(({ name }) => !had.has(name))
      .map(({ name }) =>
        change(true, name, `input ${quotedValue(name)} is new: requests without it are refused`),
      ),
    ...(kept.some((name, i) => name !== now[i])
      ? [
          change(
            true,
            null,
            `the order of the inputs changed from ${listed(kept)} to ${listed(now)}: rows as lists are misread`,
          ),
        ]
      : []),
    ...kept.flatMap((name) => compareTensor(had.get(name)!, has.get(name)!)),
  ];
}

function compareTensor(before: TensorSpec, after: TensorSpec): readonly SignatureChange[] {
  const { name } = before;
  const changes: SignatureChange[] = [];
  if (before.dtype !== after.dtype) {
    const text = `input ${quotedValue(name)} is ${after.dtype}, it was ${before.dtype}`;
    changes.push(change(!widens(before.dtype, after.dtype), name, text));
  }
  if (!sameShape(before.shape, after.shape)) {
    const text = `input ${quotedValue(name)} has the shape ${shaped(after.shape)}, it had ${shaped(before.shape)}`;
    changes.push(change(!admits(after.shape, before.shape), name, text));
  }
  return changes;
}

/** Integers by their bits. */
const INTEGERS: Readonly<Partial<Record<DType, { readonly bits: number; readonly signed: boolean }>>> = {
  bool: { bits: 1, signed: false },
  uint8: { bits: 8, signed: false },
  uint16: { bits: 16, signed: false },
  uint32: { bits: 32, signed: false },
  uint64: { bits: 64, signed: false },
  int8: { bits: 8, signed: true },
  int16: { bits: 16, signed: true },
  int32: { bits: 32, signed: true },
  int64: { bits: 64, signed: true },
};
const FLOATS: readonly DType[] = ['float16', 'float32', 'float64'];
/** Integers below this power of two are no infinity in float16; the other floats take all there are. */
const FLOAT16_BITS = 15;

/** Whether every value of `from` may be sent as `to`; a float takes any integer, rounded where it has too many digits. */
function widens(from: DType, to: DType): boolean {
  const [narrow, wide] = [INTEGERS[from], INTEGERS[to]];
  if (FLOATS.includes(to)) {
    if (narrow) return to !== 'float16' || narrow.bits - (narrow.signed ? 1 : 0) <= FLOAT16_BITS;
    return from !== 'string' && FLOATS.indexOf(from) <= FLOATS.indexOf(to);
  }
  if (!narrow || !wide || to === 'bool') return false;
  return narrow.signed
    ? wide.signed && narrow.bits <= wide.bits
    : narrow.bits + (wide.signed ? 1 : 0) <= wide.bits;
}

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Whether every tensor of shape `some` has shape `all` too; -1 is a free dimension. */
export const admits = (all: readonly number[], some: readonly number[]): boolean =>
  all.length === some.length && all.every((size, axis) => size < 0 || size === some[axis]);

export const shaped = (shape: readonly number[]): string =>
  `[${shape.map((size) => (size < 0 ? 'N' : size)).join(', ')}]`;
