import { elementAt } from '../../core/element-at.ts';
import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { PythonFailureError, shortened } from '../../engine/python/failure.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import { partTensorsOf } from '../../model/output-parts.ts';
import type { Signature } from '../../model/signature.ts';
import { sliceBatch } from '../../model/slice.ts';
import { newTensor, type Tensor } from '../../model/tensor.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { exampleOf, FREE_SIZES, hasFreeAxes } from '../boundary/example.ts';
import type { SignatureCandidate } from './candidates.ts';
import { goldenRowsIn } from './golden-rows.ts';
import { whereOf } from './refusals.ts';

/** Rows that a model was seen to take, and what it answered. */
export interface AnsweredRows {
  readonly signature: Signature;
  /** A row, as JSON. */
  readonly example: unknown;
  readonly batch: Batch;
  readonly outputs: Outputs;
}

/** Tries what rows may be like, one after the other; `use` is told first which is tried. */
export interface SignatureTrial {
  readonly model: string;
  readonly engine: Engine;
  readonly candidates: readonly SignatureCandidate[];
  /** A body of golden rows, or of others that the model will be given; null where there are none. */
  readonly rows: unknown;
  use(signature: Signature): void;
}

/**
 * The first candidate that the rows fit and the model answers, or whose example it answers. Where there is none, throws
 * what the model threw on the rows at the best candidate that they fit, INPUT_INVALID where they fit none, and
 * PYTHON_SIGNATURE_UNKNOWN with the line that failed where there are no rows.
 */
export async function firstThatFits({
  candidates,
  rows,
  model,
  engine,
  use,
}: SignatureTrial): Promise<AnsweredRows> {
  let unfit: unknown = null;
  let raised: unknown = null;
  for (const [signature, attempt] of attemptsOf(candidates, rows)) {
    if (isPlimsollError(attempt)) {
      unfit ??= attempt;
      continue;
    }
    use(signature);
    try {
      return { signature, ...attempt, outputs: await engine.infer(attempt.batch) };
    } catch (error) {
      if (isFinal(error)) throw error;
      raised ??= error;
    }
  }
  if (rows !== null && (raised ?? unfit) !== null) throw raised ?? unfit;
  const reason =
    raised === null
      ? 'neither the file nor the model says so'
      : `it does not answer a row that was made up for it${saidBy(raised)}`;
  throw new PlimsollError('PYTHON_SIGNATURE_UNKNOWN', { model, reason: shortened(reason) });
}

const saidBy = (error: unknown): string =>
  error instanceof PythonFailureError
    ? `${whereOf(error.failure)}: ${error.message}`
    : `: ${messageOf(error)}`;

const ENDED: ReadonlySet<unknown> = new Set(['PYTHON_WORKER_ENDED', 'ENGINE_TIMEOUT', 'ENGINE_CLOSED']);

/** Whether other rows would change nothing: a module is not there, or the worker is gone. */
export const isFinal = (error: unknown): boolean =>
  error instanceof PythonFailureError
    ? error.failure.missing !== null
    : isPlimsollError(error) && ENDED.has(error.code);

function* attemptsOf(
  candidates: readonly SignatureCandidate[],
  rows: unknown,
): Generator<readonly [Signature, Rows | PlimsollError]> {
  for (const candidate of candidates) {
    const { signature } = candidate;
    if (rows !== null) yield [signature, decoded(rows, signature)];
    else if (hasFreeAxes(signature))
      for (const size of [1, ...FREE_SIZES]) yield [signature, exampleBatch(candidate, size)];
    else yield [signature, exampleBatch(candidate)];
  }
}

type Rows = Pick<AnsweredRows, 'example' | 'batch'>;

function decoded(input: unknown, signature: Signature): Rows | PlimsollError {
  try {
    return { example: goldenRowsIn(input)[0], batch: decodeInput(input, signature) };
  } catch (error) {
    if (isPlimsollError(error)) return error;
    throw error;
  }
}

function exampleBatch({ signature, content }: SignatureCandidate, size?: number): Rows | PlimsollError {
  const steps = content?.kind === 'steps' ? content : null;
  const { row, batch } = exampleOf(steps?.signature ?? signature, steps, size);
  if (steps === null || steps.signature === signature) return { example: row, batch };
  return decoded({ instances: [row] }, signature);
}

/** Rows that are compared alone and together. */
const ALONE_MAX = 16;

/** Rows like one, with its numbers moved: what a library's own method says of them hangs on each alone, or does not. */
export function varied(batch: Batch, rows = 4): Batch | null {
  if (batch.rows !== 1) return null;
  const moved = (value: number, row: number): number => value + row * Math.max(1, Math.abs(value)) * 0.25;
  const spread = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: rows * values.length }, (_, i) =>
      moved(elementAt(values, i % values.length), Math.floor(i / values.length)),
    );
  if (batch.kind === 'tensors') {
    const tensors = Object.entries(batch.tensors).map(([name, { dtype, shape, data }]) => {
      // Of whole numbers and texts, others may be none that it takes.
      if (dtype !== 'float32') return null;
      return [name, newTensor(dtype, [rows, ...shape.slice(1)], Float32Array.from(spread(data)))] as const;
    });
    const moving = tensors.filter((tensor) => tensor !== null);
    if (moving.length < tensors.length) return null;
    return { ...batch, rows, tensors: Object.fromEntries(moving) };
  }
  if (batch.kind === 'matrix') return { ...batch, rows, data: spread(batch.data) };
  const columns = batch.columns.map((column) =>
    column instanceof Float64Array
      ? spread(column)
      : new Array<string | null>(rows).fill(elementAt(column, 0)),
  );
  return { ...batch, rows, columns };
}

/** Whether rows are answered alike alone and together. Rows that are all the same tell nothing: of one, no. */
export async function answersAlone(
  engine: Engine,
  { batch, outputs }: Pick<AnsweredRows, 'batch' | 'outputs'>,
): Promise<boolean> {
  if (batch.rows < 2) return false;
  const rows = Math.min(batch.rows, ALONE_MAX);
  for (let row = 0; row < rows; row++) {
    const alone = await engine.infer(sliceBatch(batch, row, row + 1));
    for (const [name, value] of Object.entries(outputs)) {
      const whole = partTensorsOf(value);
      const parts = alone[name] === undefined ? [] : partTensorsOf(alone[name]);
      if (whole.length !== parts.length) return false;
      if (!whole.every((tensor, i) => isRowOf(tensor, elementAt(parts, i), row, batch.rows))) return false;
    }
  }
  return true;
}

/** Sums of many terms are grouped by how many rows there are: that much may differ in the last digits. */
const ROUNDING: Readonly<Record<string, number>> = { float64: 1e-9, float32: 1e-5, float16: 1e-2 };

function isRowOf(whole: Tensor, alone: Tensor, row: number, rows: number): boolean {
  const width = whole.data.length / rows;
  if (alone.data.length !== width || alone.dtype !== whole.dtype) return false;
  const rounding = ROUNDING[whole.dtype];
  for (let i = 0; i < width; i++) {
    const [left, right] = [whole.data[row * width + i], alone.data[i]];
    if (Object.is(left, right)) continue;
    if (rounding === undefined) return false;
    if (typeof left !== 'number' || typeof right !== 'number') return false;
    if (!(Math.abs(left - right) <= rounding * Math.max(1, Math.abs(left)))) return false;
  }
  return true;
}
