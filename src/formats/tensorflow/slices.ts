import type { Tensor } from '../../model/tensor.ts';

/** A part of a tensor: where it starts along each axis, and how long it is; −1 is all of the axis. */
export interface TensorPart {
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
}

/**
 * What the key of a part in a checkpoint says: 0, the name of the tensor, then start and length of each axis, all in the encoding
 * that keeps their order (tensorflow/core/util/saved_tensor_slice_util.cc, tensorflow/core/lib/strings/ordered_code.cc).
 *
 * @param key with one character a byte
 * @returns null for the key of anything else
 */
export function partOfKey(key: string, name: string): TensorPart | null {
  const bytes = Buffer.from(key, 'latin1');
  const start = prefixOf(name);
  if (!bytes.subarray(0, start.length).equals(start)) return null;
  const cursor = { at: start.length };
  const size = bytes[cursor.at] ?? 0;
  const rank = bytes[cursor.at + 1] ?? 0;
  cursor.at += 1 + size;
  if (size > 1) return null;
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let axis = 0; axis < (size === 0 ? 0 : rank); axis += 1) {
    const [from, length] = [signedAt(bytes, cursor), signedAt(bytes, cursor)];
    if (from === null || length === null) return null;
    starts.push(from);
    lengths.push(length);
  }
  return cursor.at === bytes.length ? { starts, lengths } : null;
}

function prefixOf(name: string): Buffer {
  const escaped = [...Buffer.from(name)].flatMap((byte) =>
    byte === 0 ? [0, 0xff] : byte === 0xff ? [0xff, 0] : [byte],
  );
  return Buffer.from([0, ...escaped, 0, 1]);
}

/** A number of 0 or more has as many ones at its beginning as it has bytes; −1 is the one below 0 that is there. */
function signedAt(bytes: Uint8Array, cursor: { at: number }): number | null {
  const first = bytes[cursor.at] ?? 0;
  if (first === 0x7f) {
    cursor.at += 1;
    return -1;
  }
  const size = Math.clz32(~(first << 24));
  if (first < 0x80 || size > 6) return null;
  let value = first & (0xff >> (size + 1));
  for (let i = 1; i < size; i += 1) value = value * 256 + (bytes[cursor.at + i] ?? 0);
  cursor.at += size;
  return value;
}

/** A part as `RestoreV2` names it, behind the sizes of the whole: `10 4 0,5:-`; null where it is the whole. */
export function partOfSpec(spec: string): TensorPart | null {
  const last = spec.split(' ').at(-1) ?? '';
  if (!last.includes(':') && !last.includes(',') && last !== '-') return null;
  const axes = last.split(':').map((axis) => (axis === '-' ? [0, -1] : axis.split(',').map(Number)));
  return { starts: axes.map(([from = 0]) => from), lengths: axes.map(([, length = -1]) => length) };
}

/** Sizes of a part, or null where it does not lie in the whole. */
export function partShape(whole: readonly number[], { starts, lengths }: TensorPart): number[] | null {
  if (starts.length !== whole.length) return null;
  const sizes = whole.map((size, axis) => ((lengths[axis] ?? -1) < 0 ? size : (lengths[axis] ?? 0)));
  return sizes.every(
    (size, axis) => (starts[axis] ?? 0) >= 0 && (starts[axis] ?? 0) + size <= (whole[axis] ?? 0),
  )
    ? sizes
    : null;
}

type NumberData = Exclude<Tensor['data'], readonly string[]>;

/** Copies the rows of a part between a tensor of its own and its place in the whole. */
export function copyPart(
  whole: { readonly shape: readonly number[]; readonly data: NumberData },
  part: { readonly shape: readonly number[]; readonly data: NumberData },
  starts: readonly number[],
  into: 'whole' | 'part',
): void {
  const width = part.shape.at(-1) ?? 1;
  const count = part.data.length / Math.max(1, width);
  for (let row = 0; row < count; row += 1) {
    let [rest, place, stride] = [row * width, 0, 1];
    for (let axis = whole.shape.length - 1; axis >= 0; axis -= 1) {
      const size = part.shape[axis] ?? 1;
      place += ((rest % size) + (starts[axis] ?? 0)) * stride;
      rest = Math.floor(rest / size);
      stride *= whole.shape[axis] ?? 1;
    }
    const [source, target] = into === 'whole' ? [part.data, whole.data] : [whole.data, part.data];
    const [from, to] = into === 'whole' ? [row * width, place] : [place, row * width];
    target.set(source.subarray(from, from + width) as never, to);
  }
}
