import { elementAt } from '../../core/element-at.ts';
import type { DType, LabelSet, Tensor } from '../../model/tensor.ts';
import { tensorToJson } from './outputs-to-json.ts';

/** Writes one element of a tensor as JSON text. */
type WriteElement = (element: number | bigint | string) => string;

/** Shortest text that reads back to the same double; the sign of zero is kept. */
function writeFloat(element: number | bigint | string): string {
  const number = element as number;
  if (number === 0) return Object.is(number, -0) ? '-0.0' : '0';
  if (Number.isFinite(number)) return `${number}`;
  return Number.isNaN(number) ? 'null' : `"${number}"`;
}

function writeBigInteger(element: number | bigint | string): string {
  const number = Number(element);
  return Number.isSafeInteger(number) ? `${number}` : `"${element}"`;
}

const writeInteger: WriteElement = (element) => `${element}`;

const WRITE: Readonly<Record<Exclude<DType, 'float16' | 'string'>, WriteElement>> = {
  float64: writeFloat,
  float32: writeFloat,
  int64: writeBigInteger,
  uint64: writeBigInteger,
  int32: writeInteger,
  uint32: writeInteger,
  int16: writeInteger,
  uint16: writeInteger,
  int8: writeInteger,
  uint8: writeInteger,
  bool: (element) => (element === 1 ? 'true' : 'false'),
};

/**
 * The text of `JSON.stringify(tensorToJson(tensor))`, an order faster: no values in between, and the labels' own
 * texts prepared.
 */
export function tensorWriter(classes: LabelSet | null): (tensor: Tensor) => string {
  const texts = new Map<string, string>();
  if (classes?.type === 'string') for (const label of classes.values) texts.set(label, JSON.stringify(label));
  const writeString: WriteElement = (label) => texts.get(label as string) ?? JSON.stringify(label);
  return (tensor) => {
    if (tensor.dtype === 'float16') return JSON.stringify(tensorToJson(tensor));
    const write = tensor.dtype === 'string' ? writeString : WRITE[tensor.dtype];
    const { data, shape } = tensor;
    if (shape.length === 1) return writeList(data, 0, data.length, write);
    return writeNested(data, shape, 0, 0, data.length, write);
  };
}

function writeList(data: Tensor['data'], start: number, end: number, write: WriteElement): string {
  return `[${inPieces(end - start, (from, to) => {
    let text = '';
    for (let i = from; i < to; i++) text += (i === from ? '' : ',') + write(data[start + i]!);
    return text;
  })}]`;
}

function writeNested(
  data: Tensor['data'],
  shape: readonly number[],
  axis: number,
  start: number,
  size: number,
  write: WriteElement,
): string {
  if (axis === shape.length) return write(data[start]!);
  if (axis === shape.length - 1) return writeList(data, start, start + size, write);
  const count = elementAt(shape, axis);
  const stride = count === 0 ? 0 : size / count;
  return `[${inPieces(count, (from, to) => {
    let text = '';
    for (let k = from; k < to; k++)
      text += (k === from ? '' : ',') + writeNested(data, shape, axis + 1, start + k * stride, stride, write);
    return text;
  })}]`;
}

/** Items that are written as one text before it is made flat. */
const PIECE = 4096;

/**
 * Items with commas between them. V8 keeps a text that grows as a tree of its pieces, of 64 bytes each (`ConsString`), until
 * somebody looks into it: looked into piece by piece, a long answer takes little more than its own size.
 */
function inPieces(count: number, write: (from: number, to: number) => string): string {
  if (count === 0) return '';
  if (count <= PIECE) return write(0, count);
  const pieces: string[] = [];
  for (let from = 0; from < count; from += PIECE) {
    const piece = write(from, Math.min(count, from + PIECE));
    piece.charCodeAt(0);
    pieces.push(piece);
  }
  return pieces.join(',');
}
