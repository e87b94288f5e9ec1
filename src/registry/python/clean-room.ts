import { resolve } from 'node:path';
import type { PythonSettings } from '../../config/python-settings.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Engine } from '../../engine/engine.ts';
import { PythonFailureError } from '../../engine/python/failure.ts';
import type { ReadyMessage } from '../../engine/python/messages.ts';
import { type PythonWorker, startWorker } from '../../engine/python/worker.ts';
import type { ReadModel } from '../../files/read-model.ts';
import type { ModelContent } from '../../model/description.ts';
import type { Signature } from '../../model/signature.ts';
import { sliceBatch } from '../../model/slice.ts';
import type { Environment } from '../../python/environment.ts';
import { outputsToJson } from '../../serving/rows/encode.ts';
import { createEngine } from '../engines.ts';
import { compareGolden, type Golden } from '../golden.ts';
import { measureMicros } from '../measure.ts';
import { verifyEngines } from '../verify.ts';
import type { Manifest, Runtime, Verification } from '../version.ts';
import { type Assembly, LOCK } from './assemble.ts';
import { completed, signatureOfDescribed } from './described.ts';
import { signatureOfRows } from './golden-rows.ts';
import { loadMessage } from './load.ts';
import type { PythonManifest } from './manifest.ts';
import type { Source } from './source.ts';
import { type Answered, answersAlone, firstThatFits, varied } from './trial.ts';

/** What is proved, and where. */
export interface CleanRoom {
  readonly name: string;
  readonly runtime: Runtime | null;
  readonly source: Source;
  readonly assembly: Assembly;
  readonly model: ReadModel | null;
  readonly golden: Golden | null;
  readonly environment: Environment;
  /** The staged files. */
  readonly original: string;
  readonly settings: PythonSettings;
}

export type Proved = Pick<Manifest, 'signature' | 'runtime' | 'rowMicros' | 'verification' | 'example'> & {
  readonly python: Omit<PythonManifest, 'trust'>;
};

const SEED = 20_260_101;
const COMPARE_MILLIS = 2000;

/**
 * Loads a staged version in a worker as serving does, and has it prove itself: golden rows, rows alone and together, and
 * the compiled engine beside it where there is one. Errors: PythonFailureError, GOLDEN_DIFFERS, ENGINES_DISAGREE,
 * PYTHON_SIGNATURE_UNKNOWN, PYTHON_WORKER_ENDED, ENGINE_TIMEOUT, INPUT_INVALID.
 */
export async function cleanRoom(room: CleanRoom, clock: Clock): Promise<Proved> {
  const inner = await innerOf(room);
  const tried: { columns: readonly string[] | null } = { columns: null };
  const worker = await start(room, inner, tried);
  try {
    const engine = engineOver(worker, inner?.engine ?? null);
    const { ready } = worker;
    const answered = await firstThatFits({
      model: room.name,
      engine,
      golden: room.golden,
      content: room.model?.content ?? null,
      candidates: candidatesFor(room, ready, inner),
      use: (signature) => {
        tried.columns = namesOf(signature);
      },
    });
    checkRows(room.name, answered);
    const signature = completed(answered.signature, answered.outputs, ready.described);
    const verification = await verify(room, engine, { ...answered, signature }, inner, clock);
    const row = sliceBatch(answered.batch, 0, 1);
    const rowMicros = Number((await measureMicros(engine, row, clock)).toPrecision(3));
    const batches = await canBatch(engine, answered, ready.described.form === 'model' && inner === null);
    const python = { ...pythonPart(room, worker, inner?.engine ?? null), batches };
    return { signature, runtime: 'python', rowMicros, verification, example: answered.example, python };
  } finally {
    await worker.close();
    await inner?.engine.close();
  }
}

interface Inner {
  readonly content: ModelContent;
  readonly engine: Engine;
}

/** The compiled model, where a script goes around it. */
async function innerOf({ assembly, model, runtime }: CleanRoom): Promise<Inner | null> {
  const content = model?.content ?? null;
  if (!assembly.options.around || content === null) return null;
  const wanted = runtime === 'native' || runtime === 'onnx' ? runtime : null;
  const fallback = content.kind === 'graph' ? 'onnx' : 'native';
  return { content, engine: await createEngine(content, wanted ?? fallback) };
}

function start(
  { assembly, environment, original, settings, name, source }: CleanRoom,
  inner: Inner | null,
  tried: { readonly columns: readonly string[] | null },
): Promise<PythonWorker> {
  const { model, code, script, options } = assembly;
  const { format, call, allow } = options;
  const form = inner === null ? (source.kind === 'mlflow' ? 'pyfunc' : 'model') : 'around';
  const order = { form, model, format, code, script, call, allow } as const;
  const load = loadMessage(resolve(original), order, environment.packages, settings);
  return startWorker({
    ...{ name, load, interpreter: environment.interpreter.path },
    ...{ startMillis: settings.startMillis, callMillis: settings.callMillis },
    // Known once the worker has said what it holds; it is asked for at every call.
    get columns() {
      return tried.columns;
    },
    innerColumns: inner === null ? null : namesOf(inner.content.signature),
  });
}

/** Names of the columns, where the rows go by them. */
const namesOf = (signature: Signature): readonly string[] | null =>
  signature.form !== 'tensors' &&
  signature.columns.length > 0 &&
  signature.columns.every(({ named }) => named)
    ? signature.columns.map(({ name }) => name)
    : null;

function engineOver(worker: PythonWorker, inner: Engine | null): Engine {
  return {
    id: 'python',
    infer: async (batch) =>
      inner === null
        ? worker.infer(batch)
        : worker.after(await inner.infer(await worker.before(batch)), batch.rows),
    close: () => undefined,
  };
}

/** One example does not tell whether rows are independent; a library's own method is tried with some like it. */
async function canBatch(engine: Engine, answered: Answered, own: boolean): Promise<boolean> {
  if (answered.batch.rows > 1) return answersAlone(engine, answered);
  const batch = own ? varied(answered.batch) : null;
  if (batch === null) return false;
  try {
    return await answersAlone(engine, { batch, outputs: await engine.infer(batch) });
  } catch (error) {
    // It may well refuse rows that are made up.
    if (error instanceof PythonFailureError) return false;
    throw error;
  }
}

/** What rows may be like, in the order of how much it is worth to know it from there. */
function candidatesFor(
  { source, model, golden }: CleanRoom,
  { described }: ReadyMessage,
  inner: Inner | null,
): readonly Signature[] {
  const content = inner?.content ?? model?.content ?? null;
  return [
    source.signature,
    content?.signature ?? null,
    signatureOfDescribed(described),
    golden === null ? null : signatureOfRows(golden.input),
  ].filter((signature) => signature !== null);
}

/** Every output has one row for each row that was sent. */
function checkRows(model: string, { batch, outputs }: Answered): void {
  const refuse = (reason: string): PlimsollError =>
    new PlimsollError('PYTHON_OUTPUT_INVALID', { model, reason });
  if (Object.keys(outputs).length === 0) throw refuse('it has no output');
  for (const [name, value] of Object.entries(outputs)) {
    for (const { shape } of [value].flat()) {
      if (shape[0] !== batch.rows)
        throw refuse(`"${name}" has shape [${shape.join(', ')}] for ${batch.rows} rows`);
    }
  }
}

async function verify(
  room: CleanRoom,
  engine: Engine,
  { signature, outputs }: Answered,
  inner: Inner | null,
  clock: Clock,
): Promise<Verification> {
  const { golden, name } = room;
  const compiled = inner === null && room.assembly.script === null ? (room.model?.content ?? null) : null;
  const agreed = compiled === null ? null : await agreement(room, engine, compiled, clock);
  if (golden !== null) {
    const { failures, ...found } = compareGolden(outputsToJson(outputs, signature), golden);
    if (failures > 0)
      throw new PlimsollError('GOLDEN_DIFFERS', {
        model: name,
        failures,
        cells: found.cells,
        ...found.worst,
      });
    return { proof: 'golden', seed: SEED, ...found };
  }
  if (agreed?.proof === 'engines-agree') return agreed;
  return { proof: 'single-engine', seed: SEED, rows: 0, cells: 0, differingBits: 0, worst: null };
}

/** Python's answers beside those of an engine here, which is one of the two that are compared. */
async function agreement(
  { name }: CleanRoom,
  engine: Engine,
  content: ModelContent,
  clock: Clock,
): Promise<Verification> {
  const beside = await createEngine(content, content.kind === 'graph' ? 'onnx' : 'native');
  const onnx: Engine = { ...engine, infer: async (batch) => refusing(() => engine.infer(batch)) };
  try {
    return await verifyEngines(
      content,
      { native: beside, onnx },
      { model: name, clock, budgetMillis: COMPARE_MILLIS },
    );
  } finally {
    await beside.close();
  }
}

/** Libraries refuse rows by raising what they like. */
async function refusing<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof PythonFailureError)
      throw new PlimsollError('INPUT_INVALID', { problem: error.message });
    throw error;
  }
}

function pythonPart(
  { assembly, environment }: CleanRoom,
  { ready, rss }: PythonWorker,
  inner: Engine | null,
): Omit<PythonManifest, 'trust' | 'batches'> {
  const { lock, interpreter } = environment;
  const { model, code, script, options } = assembly;
  return {
    form: inner === null ? ready.described.form : 'around',
    ...{ model, code, script, format: options.format },
    lock: LOCK,
    environment: lock.digest,
    python: lock.python,
    provedWith: interpreter.version,
    call: options.call ?? ready.described.call,
    layers: ready.layers,
    inner: inner === null || inner.id === 'python' ? null : inner.id,
    residentBytes: Math.max(rss, ready.rss),
  };
}
