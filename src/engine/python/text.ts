/** Strings in Arrow's layout of Utf8: validity bitmap, offsets, bytes. Pure. */
import { FrameError } from './frame.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Buffers = readonly [validity: Bytes, offsets: Bytes, bytes: Bytes];

/** Buffers of strings, `null` where one is missing. */
export function encodeText(values: readonly (string | null)[]): Buffers {
  const validity = new Uint8Array((values.length + 7) >> 3);
  const offsets = new Int32Array(values.length + 1);
  // A UTF-16 unit is at most three bytes of UTF-8.
  const bytes = Buffer.allocUnsafeSlow(3 * values.reduce((sum, value) => sum + (value?.length ?? 0), 0));
  let end = 0;
  for (const [row, value] of values.entries()) {
    if (value !== null) {
      validity[row >> 3]! |= 1 << (row & 7);
      end += bytes.write(value, end);
    }
    offsets[row + 1] = end;
  }
  return [validity, new Uint8Array(offsets.buffer), bytes.subarray(0, end)];
}

/** Strings of such buffers. @throws FrameError where they contradict each other */
export function decodeText(rows: number, buffers: readonly Bytes[]): readonly (string | null)[] {
  const [validity, offsetBytes, bytes] = buffers;
  if (validity === undefined || offsetBytes === undefined || bytes === undefined)
    throw new FrameError(`strings in ${buffers.length} buffers`);
  if (validity.length !== (rows + 7) >> 3 || offsetBytes.length !== 4 * (rows + 1))
    throw new FrameError(`strings of ${rows} rows in ${validity.length} and ${offsetBytes.length} bytes`);
  const offsets = new Int32Array(offsetBytes.buffer, offsetBytes.byteOffset, rows + 1);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: rows }, (_, row) => {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    if (from < 0 || to < from || to > bytes.length)
      throw new FrameError(`a string from byte ${from} to ${to} of ${bytes.length}`);
    return (validity[row >> 3]! >> (row & 7)) & 1 ? text.toString('utf8', from, to) : null;
  });
}
