import { startTestSession } from '../../src/compile/testing/session.ts';
import type { Batch, Outputs } from '../../src/model/batch.ts';
import type { Signature } from '../../src/model/signature.ts';
import { verifyEngines } from '../../src/registry/verify.ts';
import { brokenCells, graphBound, nativeBound, tensorsOf } from './bound.ts';
import { verdictOf } from './evaluate.ts';
import { type Cell, rowsOf } from './fixture.ts';
import type { Replay } from './replay.ts';
import { settled } from './settled.ts';

/** What the native engine answers otherwise than the library, or otherwise than it announces, or among many rows. */
export async function nativeComplaints(replay: Replay): Promise<string[]> {
  const { fixture, content, batch, engines, outputs } = replay;
  const { tally, answered } = await verdictOf(replay, 'native');
  const many = await engines.native.infer(manyOf(batch));
  return [
    ...tally.failures,
    ...answered,
    ...brokenCells(fixture, outputs.native, (output) => nativeBound(content.root, output)),
    ...mismatches(content.signature, outputs.native, batch.rows),
    ...changes(many, outputs.native),
    ...(await vagueRefusals(replay)),
  ];
}

/** What the compiled graph answers otherwise than the library in onnxruntime. */
export async function graphComplaints(replay: Replay): Promise<string[]> {
  const { fixture, content, plan, outputs } = settled(replay);
  const { tally, answered } = await verdictOf(replay, 'onnx');
  return [
    ...tally.failures,
    ...answered,
    ...brokenCells(fixture, outputs.onnx, (output) => graphBound(plan.certificate, content.root, output)),
    ...(await takenByGraph(replay)),
  ];
}

const CLOCK = { now: () => Date.now(), monotonic: () => performance.now() };

/** Why registration would refuse the model: one that people have trained must not be refused by its own proof. */
export async function proofComplaints({ file, content, engines }: Replay): Promise<string[]> {
  try {
    await verifyEngines(content, engines, { model: file.name, clock: CLOCK, budgetMillis: 300 });
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Shape and type of every output, as the signature announces them. */
function mismatches(signature: Signature, outputs: Outputs, rows: number): string[] {
  const announced = signature.outputs.map(({ name }) => name).join();
  const given = Object.keys(outputs).join();
  const wrong = signature.outputs.flatMap(({ name, dtype, shape }) =>
    tensorsOf(outputs[name] ?? []).flatMap((tensor) => {
      const wanted = shape.map((size, i) => (i === 0 ? rows : size === -1 ? tensor.shape[i] : size));
      const same = tensor.dtype === dtype && tensor.shape.join() === wanted.join();
      return same ? [] : [`${name}: ${tensor.dtype} [${tensor.shape}], ${dtype} [${wanted}] announced`];
    }),
  );
  return given === announced ? wrong : [...wrong, `outputs are ${given}, ${announced} announced`];
}

/** Rows enough for every path that is taken for many. */
const MANY = 1024;

/** The batch over and over, until it has many rows. */
function manyOf(batch: Batch): Batch {
  if (batch.kind === 'tensors') return batch;
  const rows = Math.ceil(MANY / batch.rows) * batch.rows;
  if (batch.kind === 'matrix') {
    const data = new Float64Array(rows * batch.width);
    for (let at = 0; at < data.length; at += batch.data.length) data.set(batch.data, at);
    return { ...batch, rows, data };
  }
  const columns = batch.columns.map((column) => {
    const cell = (_: unknown, row: number) => column[row % batch.rows]!;
    return column instanceof Float64Array
      ? Float64Array.from({ length: rows }, cell as () => number)
      : Array.from({ length: rows }, cell as () => string | null);
  });
  return { kind: 'table', rows, columns };
}

/** Cells that are other ones where the rows come over and over. */
function changes(many: Outputs, once: Outputs): string[] {
  return Object.entries(once).flatMap(([name, output]) =>
    tensorsOf(output).flatMap(({ data }, i) => {
      const repeated = tensorsOf(many[name] ?? [])[i]?.data ?? [];
      for (let k = 0; k < Math.max(repeated.length, data.length); k++)
        if (!Object.is(repeated[k], data[k % data.length]))
          return [`${name}[${k}]: ${String(repeated[k])} among many`];
      return [];
    }),
  );
}

/** A batch of cells as they are, also of those that the decoder of requests would refuse first. */
function rawBatch(signature: Signature, input: unknown): Batch {
  const cells = rowsOf(input);
  const columns = signature.form === 'tensors' ? [] : signature.columns;
  const numberOf = (cell: Cell | undefined): number => (cell === null ? Number.NaN : Number(cell));
  if (columns.every(({ type }) => type !== 'string')) {
    const data = Float64Array.from(cells.flat(), numberOf);
    return { kind: 'matrix', rows: cells.length, width: cells[0]!.length, data };
  }
  return {
    kind: 'table',
    rows: cells.length,
    columns: columns.map(({ type }, col) =>
      type === 'string'
        ? cells.map((row) => row[col] as string | null)
        : Float64Array.from(cells, (row) => numberOf(row[col])),
    ),
  };
}

/** Rows that the library refuses and the native engine does not, or without saying where. */
async function vagueRefusals({ fixture, content, engines }: Replay): Promise<string[]> {
  const complaints: string[] = [];
  for (const { input, why } of fixture.refused ?? []) {
    try {
      await engines.native.infer(rawBatch(content.signature, input));
      complaints.push(`takes a row of which the library says: ${why}`);
    } catch (error) {
      const { message } = error as Error;
      if (!/^row 0, column/.test(message))
        complaints.push(`refuses with ${message}; the library says: ${why}`);
    }
  }
  return complaints;
}

/** Rows that the library refuses and the graph itself does not, whatever is checked in front of it. */
async function takenByGraph({ fixture: { refused = [] }, plan }: Replay): Promise<string[]> {
  // Text reaches a graph as counts, and what is refused of it is refused in front.
  if (refused.length === 0 || plan.prefix.length > 0) return [];
  const { run } = await startTestSession(plan);
  const complaints: string[] = [];
  for (const { input, why } of refused) {
    const answers = await run(rowsOf(input) as (string | number | null)[][]);
    if (!answers['refused']?.data.some(Boolean))
      complaints.push(`the graph takes a row of which the library says: ${why}`);
  }
  return complaints;
}
