/** Holds one request against the memory that it may take, before it is parsed, before it is scored, before it is written. Pure. */
import { PlimsollError } from '../../../core/errors.ts';
import type { Batch, Outputs } from '../../../model/batch.ts';
import { partTensorsOf } from '../../../model/output-parts.ts';
import type { OutputSpec, Signature } from '../../../model/signature.ts';
import type { DType } from '../../../model/tensor.ts';
import type { Protocol } from '../../protocol.ts';
import { checkMemory } from '../../rows/check-memory.ts';
import {
  type BodyCost,
  BYTE_WORST,
  contentCost,
  csvCost,
  DEPTH_MAX,
  depthOf,
  jsonCost,
  LIGHT_BODY_BYTES,
  looksLikeJson,
  RAW_BYTE,
} from './body-cost.ts';
import type { ThreadMemory } from './memory-plan.ts';

/** An element of a tensor while nested lists are read into it: a growing list, a boxed number, and its copy. */
const ELEMENT = 64;
/** Of a float64 while a batch grows by four: the old one and the new one. */
const CELL_GROWING = 10;
/** Longest text of a number with what parts it from the next: `-1.7976931348623157e+308,`. */
const NUMBER_TEXT = 26;
/** A text is there in pieces, as their sum, and then as bytes. */
const [TEXT_COPIES, QUOTES] = [2, 3];

/** Before a body is parsed that is small enough to fit in any case: `textBytes` of it where others follow. Throws BODY_TOO_DEEP. */
export function checkDepth(
  bytes: Uint8Array,
  { weigh }: Pick<Protocol, 'weigh'>,
  textBytes: number | null = null,
): void {
  if (bytes.length <= LIGHT_BODY_BYTES || weigh === csvCost) return;
  if (weigh !== contentCost || looksLikeJson(bytes)) refuseDeep(depthOf(textOf(bytes, textBytes)));
}

/** What is weighed: the text before other bytes, or all of a body that has none. */
const textOf = (bytes: Uint8Array, textBytes: number | null): Uint8Array =>
  textBytes === null || textBytes === 0 ? bytes : bytes.subarray(0, textBytes);

/** Before the rows of a body are read in one pass. Throws MEMORY_EXCEEDED. */
export function checkBatch({ length }: Uint8Array, signature: Signature, room: ThreadMemory): void {
  checkMemory('the rows that its body may hold', length + rowsBytes(length, signature), room.external);
}

/** Before a body is parsed. Throws BODY_TOO_DEEP, MEMORY_EXCEEDED. */
export function checkBody(
  bytes: Uint8Array,
  protocol: Pick<Protocol, 'weigh' | 'heavy'>,
  signature: Signature,
  room: ThreadMemory,
  textBytes: number | null = null,
): void {
  const { weigh = jsonCost, heavy = BYTE_WORST } = protocol;
  const cell = signature.form === 'tensors' ? ELEMENT : 0;
  // What fits even at its worst need not be weighed.
  const text = textOf(bytes, textBytes);
  const besides = (bytes.length - text.length) * RAW_BYTE;
  if (text.length * (heavy + cell) + besides <= room.heap) checkDepth(bytes, protocol, textBytes);
  else {
    const cost: BodyCost = weigh(text, cell);
    refuseDeep(cost.depth);
    checkMemory(`what is read from its ${bytes.length} bytes`, cost.heap + besides, room.heap);
  }
}

/** Bytes of the largest batch that so many bytes of body can hold; a value takes two at least. */
export function rowsBytes(length: number, signature: Signature): number {
  if (signature.form === 'tensors' || signature.open) return (length / 2) * CELL_GROWING;
  const { columns } = signature;
  const ignored = columns.filter(({ ignored }) => ignored === true).length;
  // Columns that nobody reads need not be sent, and take their place all the same.
  const spread = ignored === 0 ? 1 : columns.length / Math.max(1, columns.length - ignored);
  return (length / 2) * spread * CELL_GROWING;
}

/** Bytes of heap and beside it. */
interface Cost {
  readonly heap: number;
  readonly external: number;
}

/** What a row of the answer takes, as far as the signature says. `extra` are bytes of heap for each value. */
export function answerRowCost({ outputs }: Signature, extra: number): Cost {
  return sumOf(outputs.map((output) => valueCost(output, widthOf(output), longestOf(output), extra)));
}

/** Before rows are scored. Throws MEMORY_EXCEEDED with the number of rows that would fit. */
export function checkRows(rows: number, row: Cost, batch: number, room: ThreadMemory): void {
  const isFitting = rows * row.heap <= room.heap && batch + rows * row.external <= room.external;
  if (isFitting) return;
  const fit = Math.floor(Math.min(room.heap / row.heap, Math.max(0, room.external - batch) / row.external));
  const what = `the answer to ${rows} rows, of which ${fit} would fit,`;
  checkMemory(what, rows * row.heap, room.heap);
  checkMemory(what, batch + rows * row.external, room.external);
}

/** Before an answer is written, as it is. Throws MEMORY_EXCEEDED. */
export function checkOutputs(outputs: Outputs, extra: number, room: ThreadMemory): void {
  const all = Object.values(outputs).flatMap((output) => [...partTensorsOf(output)]);
  const cost = sumOf(
    all.map((tensor) => {
      const texts = tensor.dtype === 'string' ? tensor.data : [];
      const longest = texts.reduce((most, text) => Math.max(most, text.length), 0);
      return valueCost(tensor, tensor.data.length, longest, extra);
    }),
  );
  checkMemory('its answer', cost.heap, room.heap);
  checkMemory('its answer', cost.external, room.external);
}

/** Bytes that a batch takes beside the heap. */
export function batchBytes(batch: Batch): number {
  if (batch.kind === 'matrix') return batch.data.byteLength;
  const arrays =
    batch.kind === 'table' ? batch.columns : Object.values(batch.tensors).map(({ data }) => data);
  return arrays.reduce((sum, array) => sum + (ArrayBuffer.isView(array) ? array.byteLength : 0), 0);
}

/** So many values of one output: in slices and as a whole, as text, and as bytes. */
function valueCost({ dtype }: { dtype: DType }, values: number, longest: number, extra: number): Cost {
  const text = dtype === 'string' ? 2 * longest + QUOTES : NUMBER_TEXT;
  const heap = values * (TEXT_COPIES * text + extra + (dtype === 'string' ? 16 : 0));
  return { heap, external: values * (text + (dtype === 'string' ? 0 : 16)) };
}

const widthOf = ({ shape, parts = 1 }: OutputSpec): number =>
  parts * shape.slice(1).reduce((product, size) => product * Math.max(1, size), 1);

const longestOf = ({ classes }: OutputSpec): number =>
  classes?.type === 'string'
    ? Math.max(0, ...classes.values.map((label) => JSON.stringify(label).length))
    : 0;

const sumOf = (costs: readonly Cost[]): Cost =>
  costs.reduce((a, b) => ({ heap: a.heap + b.heap, external: a.external + b.external }), {
    heap: 0,
    external: 0,
  });

function refuseDeep(found: number): void {
  if (found > DEPTH_MAX) throw new PlimsollError('BODY_TOO_DEEP', { found, limit: DEPTH_MAX });
}
