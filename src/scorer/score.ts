/** The scorer over an engine, however it was loaded. Pure. */
import { elementAt } from '../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { SerialQueue } from '../core/serial-queue.ts';
import type { Engine } from '../engine/engine.ts';
import type { Batch } from '../model/batch.ts';
import type { Signature } from '../model/signature.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { cellTypes } from './bind.ts';
import { frameDecoder } from './decode.ts';
import type { DecodeFrame } from './decoded.ts';
import type { ExplainedEngine } from './explained-engine.ts';
import { allocateColumns, layoutOf, type OutputLayout, placeAnswer } from './flatten.ts';
import type { ColumnFrame, ColumnVector } from './frame.ts';
import { isolate } from './isolate.ts';
import { refuseFor } from './refusal.ts';
import { type ColumnScorer, OUTCOME, type RowRefusal, type ScoredFrame } from './scorer.ts';

/** A loaded model. */
export interface ScoredModel {
  readonly engine: Engine;
  readonly signature: Signature;
  /** A JSON row that it accepts. */
  readonly example: unknown;
  /** For messages. */
  readonly name: string;
  readonly identity: ColumnScorer['model'];
  /** Outputs that its engine answers beside those of the signature, each a column; and what they are. */
  readonly reasons?: Omit<ExplainedEngine, 'engine'> | null;
}

/** Columns of output that a table is given. */
const OUTPUT_COLUMNS_MAX = 10_000;

/**
 * A scorer of frames of the columns `inputs`, as `bindInputs` named them, which owns the engine. Throws BATCH_UNSUPPORTED
 * where the model ties rows together, or its outputs are not rows of a table.
 */
export async function scorerOver(model: ScoredModel, inputs: readonly string[]): Promise<ColumnScorer> {
  const { engine, signature, identity, reasons = null } = model;
  const told = new Set(reasons?.outputs.map(({ name }) => name));
  checkRowwise(model);
  const decode = frameDecoder(signature, inputs);
  const layout = await layoutFor(model, decode, inputs.length);
  const parts: Parts = { engine, layout, decode, refuse: refuseFor(signature, inputs) };
  // A frame lies in arrays that the next one uses again.
  const turns = new SerialQueue();
  return {
    model: identity,
    inputs,
    types: cellTypes(signature, inputs),
    outputs: layout.map(({ name, type, output }) => ({
      ...{ name, type },
      ...(told.has(output) ? { nullable: true } : {}),
    })),
    explanation: reasons?.fact,
    score: (frame) => turns.take(() => scoreFrame(parts, frame)),
    close: async () => engine.close(),
  };
}

const unsupported = (model: string, reason: string): PlimsollError =>
  new PlimsollError('BATCH_UNSUPPORTED', { model, reason });

/** A graph that takes so many rows and no others was not shown to keep them apart: an answer would hang on its neighbours. */
function checkRowwise({ signature, name }: ScoredModel): void {
  if (signature.form !== 'tensors') return;
  for (const { shape, name: input } of signature.tensors) {
    if (shape.length === 0) throw unsupported(name, `its input "${input}" has no batch dimension`);
    const rows = elementAt(shape, 0);
    if (rows > 1) throw unsupported(name, `its input "${input}" takes exactly ${rows} rows at a time`);
  }
}

/** The columns of its answers, by the answer to the example row: a signature need not know every width. */
async function layoutFor(model: ScoredModel, decode: DecodeFrame, width: number): Promise<OutputLayout> {
  const { engine, signature, name, reasons } = model;
  const outputs = await engine.infer(exampleBatch(model, decode, width));
  const layout = layoutOf(outputs, [...signature.outputs, ...(reasons?.outputs ?? [])]);
  if (layout.length > OUTPUT_COLUMNS_MAX)
    throw unsupported(
      name,
      `its answers have ${layout.length} columns, a table at most ${OUTPUT_COLUMNS_MAX}`,
    );
  try {
    placeAnswer(outputs, layout, { from: 0, count: 1, positions: null }, allocateColumns(layout, 1));
  } catch (error) {
    if (isPlimsollError(error)) throw unsupported(name, String(error.details['reason']));
    throw error;
  }
  return layout;
}

/** The example row; where a model takes rows of any width, one as wide as those that it will get. */
function exampleBatch({ signature, example }: ScoredModel, decode: DecodeFrame, width: number): Batch {
  const free = signature.form === 'tensors' ? width > signature.tensors.length : signature.open;
  if (!free) return decodeInput({ instances: [example] }, signature);
  const strings = signature.form === 'tensors' && signature.tensors[0]?.dtype === 'string';
  const one: ColumnVector = strings
    ? { kind: 'texts', values: ['text'] }
    : { kind: 'numbers', values: Float64Array.of(1), valid: null };
  const { parts } = decode({ rows: 1, columns: new Array<ColumnVector>(width).fill(one) });
  return elementAt(parts, 0).batch;
}

interface Parts {
  readonly engine: Engine;
  readonly layout: OutputLayout;
  readonly decode: DecodeFrame;
  readonly refuse: (error: unknown, row: number) => RowRefusal;
}

async function scoreFrame(
  { engine, layout, decode, refuse }: Parts,
  frame: ColumnFrame,
): Promise<ScoredFrame> {
  const columns = allocateColumns(layout, frame.rows);
  const { parts, refusals: misfits } = decode(frame);
  const refusals = [...misfits];
  for (const { batch, positions } of parts) {
    await isolate(
      engine,
      batch,
      (outputs, from, count) => placeAnswer(outputs, layout, { from, count, positions }, columns),
      (row, error) => refusals.push(refuse(error, positions?.[row] ?? row)),
    );
  }
  refusals.sort((a, b) => a.row - b.row);
  const outcomes = new Uint8Array(frame.rows);
  for (const { row, outcome } of refusals) outcomes[row] = OUTCOME[outcome];
  return { outcomes, refusals, columns };
}
