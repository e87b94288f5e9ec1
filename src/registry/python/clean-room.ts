import { resolve } from 'node:path';
import type { PythonSettings } from '../../config/python-settings.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { Engine } from '../../engine/engine.ts';
import { PythonFailureError } from '../../engine/python/failure.ts';
import { pythonProgram } from '../../engine/python/interpreter.ts';
import type { CallSpec } from '../../engine/python/messages.ts';
import { type PythonWorker, startWorker, type WorkerOptions } from '../../engine/python/worker.ts';
import type { ReadModel } from '../../files/read-parts.ts';
import { columnNames } from '../../model/column-names.ts';
import type { ModelContent } from '../../model/description.ts';
import { partTensorsOf } from '../../model/output-parts.ts';
import type { Signature } from '../../model/signature.ts';
import { sliceBatch } from '../../model/slice.ts';
import type { PythonEnvironment } from '../../python/environment.ts';
import { outputsToJson } from '../../serving/rows/outputs-to-json.ts';
import { createEngine } from '../engines.ts';
import { compareGolden, GOLDEN_WAY, type GoldenReplay } from '../golden.ts';
import { measureMicros } from '../measure.ts';
import { verifyEngines } from '../verify.ts';
import type { BundleManifest, Runtime, VersionVerification } from '../version.ts';
import { LOCK, type PythonAssembly } from './assemble.ts';
import { candidatesFor, mayTakeFrames, type SignatureCandidate } from './candidates.ts';
import { completed } from './described-signature.ts';
import { asGiven, type GivenRows } from './given-numbers.ts';
import { loadMessage } from './load.ts';
import type { PythonManifest } from './manifest.ts';
import type { ModelSource } from './model-source.ts';
import { type AnsweredRows, answersAlone, firstThatFits, isFinal, varied } from './trial.ts';

/** What is proved, and where. */
export interface CleanRoom {
  readonly name: string;
  readonly runtime: Runtime | null;
  readonly source: ModelSource;
  readonly assembly: PythonAssembly;
  readonly model: ReadModel | null;
  readonly golden: GoldenReplay | null;
  /** Body of the golden rows, else of rows that the model will be given, or null. */
  readonly rows: unknown;
  readonly environment: PythonEnvironment;
  /** The staged files. */
  readonly original: string;
  readonly settings: PythonSettings;
  /** Takes what its code writes. */
  readonly log: WorkerOptions['log'];
}

export type CleanRoomProof = Pick<
  BundleManifest,
  'signature' | 'runtime' | 'rowMicros' | 'verification' | 'example'
> & {
  readonly python: Omit<PythonManifest, 'trust'>;
};

const SEED = 20_260_101;
const COMPARE_MILLIS = 2000;

/**
 * Loads a staged version in a worker as serving does, and has it prove itself: golden rows, rows alone and together, and
 * the compiled engine beside it where there is one. Errors: PythonFailureError, GOLDEN_DIFFERS, ENGINES_DISAGREE,
 * PYTHON_SIGNATURE_UNKNOWN, PYTHON_WORKER_ENDED, ENGINE_TIMEOUT, INPUT_INVALID.
 */
export async function cleanRoom(room: CleanRoom, clock: Clock): Promise<CleanRoomProof> {
  const inner = await innerOf(room);
  try {
    const { worker, engine, answered } = await answering(room, inner);
    try {
      return await prove(room, { worker, engine, answered, inner }, clock);
    } finally {
      await worker.close();
    }
  } finally {
    await inner?.engine.close();
  }
}

interface Proving {
  readonly worker: PythonWorker;
  readonly engine: Engine;
  readonly answered: AnsweredRows;
  readonly inner: Inner | null;
}

async function prove(
  room: CleanRoom,
  { worker, engine, answered, inner }: Proving,
  clock: Clock,
): Promise<CleanRoomProof> {
  const { described } = worker.ready;
  checkRows(room.name, answered);
  const signature = completed(answered.signature, answered.outputs, described);
  const verification = await verify(
    room,
    engine,
    { ...answered, signature, call: described.call },
    inner,
    clock,
  );
  const row = sliceBatch(answered.batch, 0, 1);
  const rowMicros = Number((await measureMicros(engine, row, clock)).toPrecision(3));
  const batches = await canBatch(engine, answered, described.form === 'model' && inner === null);
  const python = { ...pythonPart(room, worker, inner?.engine ?? null), batches };
  return { signature, runtime: 'python', rowMicros, verification, example: answered.example, python };
}

type Answering = Omit<Proving, 'inner'>;

const FRAME: CallSpec = { container: 'frame' };

/** A worker that answered rows, and which they were. Where names are known, it is first tried to give them as a frame. */
async function answering(room: CleanRoom, inner: Inner | null): Promise<Answering> {
  const { source, model, rows, assembly, environment } = room;
  const { call, script } = assembly.options;
  const first = await start(room, inner, call);
  const candidates = candidatesFor({
    stated: source.signature,
    content: inner?.content ?? model?.content ?? null,
    described: first.worker.ready.described,
    rows,
    hasScript: script !== null,
  });
  const canFrame = call === null && environment.lock.pins.has('pandas');
  const framed =
    canFrame && mayTakeFrames(first.worker.ready.described)
      ? candidates.filter(({ signature }) => columnNames(signature) !== null)
      : [];
  if (framed.length === 0) return answered(room, inner, first, candidates);
  await first.worker.close();
  try {
    return await answered(room, inner, await start(room, inner, FRAME), framed);
  } catch (error) {
    if (isFinal(error)) throw error;
    const plain = await start(room, inner, null);
    return answered(room, inner, plain, candidates).catch(() => Promise.reject(error));
  }
}

async function answered(
  { name, rows }: CleanRoom,
  inner: Inner | null,
  { worker, use }: Started,
  candidates: readonly SignatureCandidate[],
): Promise<Answering> {
  const engine = engineOver(worker, inner?.engine ?? null);
  try {
    return {
      worker,
      engine,
      answered: await firstThatFits({ model: name, engine, rows, candidates, use }),
    };
  } catch (error) {
    await worker.close();
    throw error;
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

interface Started {
  readonly worker: PythonWorker;
  /** Tells the worker which rows it is given from now on. */
  readonly use: (signature: Signature) => void;
}

async function start(
  { assembly, environment, original, settings, name, source, log }: CleanRoom,
  inner: Inner | null,
  call: CallSpec | null,
): Promise<Started> {
  const { model, code, script, options } = assembly;
  const { format, allow, backend } = options;
  const form = inner === null ? (source.kind === 'mlflow' ? 'pyfunc' : 'model') : 'around';
  const order = { form, model, format, code, script, call, allow, backend } as const;
  const load = loadMessage(resolve(original), order, environment.packages, settings);
  let columns: readonly string[] | null = null;
  const worker = await startWorker({
    ...{ name, load, program: pythonProgram({ interpreter: environment.interpreter.path }) },
    ...{ startMillis: settings.startMillis, callMillis: settings.callMillis, log },
    // Known once the worker has said what it holds; it is asked for at every call.
    get columns() {
      return columns;
    },
    innerColumns: inner === null ? null : columnNames(inner.content.signature),
  });
  return {
    worker,
    use: (signature) => {
      columns = columnNames(signature);
    },
  };
}

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
async function canBatch(engine: Engine, answered: AnsweredRows, own: boolean): Promise<boolean> {
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

/** Every output has one row for each row that was sent. */
function checkRows(model: string, { batch, outputs }: AnsweredRows): void {
  const refuse = (reason: string): PlimsollError =>
    new PlimsollError('PYTHON_OUTPUT_INVALID', { model, reason });
  if (Object.keys(outputs).length === 0) throw refuse('it has no output');
  for (const [name, value] of Object.entries(outputs)) {
    for (const { shape } of partTensorsOf(value)) {
      if (shape[0] !== batch.rows)
        throw refuse(`"${name}" has shape [${shape.join(', ')}] for ${batch.rows} rows`);
    }
  }
}

async function verify(
  room: CleanRoom,
  engine: Engine,
  { signature, outputs, call }: AnsweredRows & { readonly call: CallSpec | null },
  inner: Inner | null,
  clock: Clock,
): Promise<VersionVerification> {
  const { golden, name } = room;
  const compiled = inner === null && room.assembly.script === null ? (room.model?.content ?? null) : null;
  const given = { call, names: columnNames(signature) };
  const agreed = compiled === null ? null : await agreement(room, engine, compiled, given, clock);
  if (golden !== null) {
    const { failures, ...found } = compareGolden(outputsToJson(outputs, signature), golden);
    if (failures > 0)
      throw new PlimsollError('GOLDEN_DIFFERS', {
        model: name,
        failures,
        cells: found.cells,
        ...found.worst,
        way: GOLDEN_WAY,
      });
    return { proof: 'golden', seed: SEED, ...found };
  }
  if (agreed?.proof === 'engines-agree') return agreed;
  return { proof: 'single-engine', seed: SEED, rows: 0, cells: 0, differingBits: 0, worst: null };
}

/** Python's answers beside those of an engine here to the numbers that the library gets: one of the two that are compared. */
async function agreement(
  { name }: CleanRoom,
  engine: Engine,
  content: ModelContent,
  given: GivenRows,
  clock: Clock,
): Promise<VersionVerification> {
  const own = await createEngine(content, content.kind === 'graph' ? 'onnx' : 'native');
  const beside: Engine = {
    id: own.id,
    infer: (batch) => own.infer(asGiven(batch, given)),
    close: () => own.close(),
  };
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
    ...(options.backend === undefined ? {} : { backend: options.backend }),
    layers: ready.layers,
    inner: inner === null || inner.id === 'python' ? null : inner.id,
    residentBytes: Math.max(rss, ready.rss),
  };
}
