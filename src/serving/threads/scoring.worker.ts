import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { explanationSettings } from '../../config/explanation-settings.ts';
import { loadContent } from '../../content/load.ts';
import { PlimsollError } from '../../core/errors.ts';
import { asCodedError } from '../../core/parts.ts';
import { releaseBuffer } from '../../core/release-buffer.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { RAW_BYTE } from '../admission/memory/body-cost.ts';
import {
  answerRowCost,
  batchBytes,
  checkBatch,
  checkBody,
  checkOutputs,
  checkRows,
} from '../admission/memory/request-cost.ts';
import { type ExtractedRows, extractRows } from '../capture/extract-rows.ts';
import type { MissingExplanation } from '../explanations/explanation-outcome.ts';
import { tooLargeToExplain } from '../explanations/explanation-size.ts';
import { rowsToExplain } from '../explanations/rows-to-explain.ts';
import { hasExternalEngine, versionWithoutEngine } from '../external-engine.ts';
import { parseBody } from '../http/body-text.ts';
import {
  type BinaryAnswer,
  type DecodeRows,
  type EncodeResponse,
  type ExplainedPlaces,
  explanationAsked,
  type Protocol,
  type ReadResponseOptions,
  wantsExtras,
} from '../protocol.ts';
import { PROTOCOLS } from '../protocols/all.ts';
import { firstRowReader, type ReadFirstRow } from '../recorder/first-row.ts';
import type { ScanRows } from '../rows/compile-scan.ts';
import { takesContent } from '../rows/content-codecs.ts';
import type { LoadBundle } from '../snapshot-follower.ts';
import { unitInBody, withoutUnit } from '../unit-id.ts';
import { runGarbageCollector } from './garbage-collector.ts';
import type {
  EncodedBody,
  ScoreRequest,
  ScoringWorkerReply,
  ScoringWorkerRequest,
  ScoringWorkerSettings,
} from './scoring-job.ts';
import { VersionCache } from './version-cache.ts';

/**
 * The front loop goes first where both want the same core. Linux gives each thread a niceness of its own and takes 0
 * for the calling one (setpriority(2), "C library/kernel differences"); elsewhere it is the whole process's.
 */
const NICENESS = 5;
if (process.platform === 'linux') setPriority(0, NICENESS);

if (parentPort === null)
  throw new Error('scoring.worker.ts is the code of a thread: start it by ScoringThread');
const port = parentPort;

const reply = (message: ScoringWorkerReply, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

const settings = workerData as ScoringWorkerSettings;
const { room } = settings;
const contentMemory = { unpacked: room.heap / RAW_BYTE, arrays: room.external };

const versions = new VersionCache({
  max: 8,
  load: async (dir, model, version) =>
    versionWithoutEngine(dir, model, version) ?? (await loader())(dir, model, version),
  onLoad: (kind) => reply({ kind }),
});

async function loader(): Promise<LoadBundle> {
  const { loader } = settings;
  if (loader === null) return (await import('../../registry/load.ts')).loadBundle;
  const module = (await import(loader)) as { loadBundle: LoadBundle };
  return module.loadBundle;
}

interface Converters {
  readonly protocol: Protocol;
  /** What a row of the answer takes. */
  readonly rowCost: ReturnType<typeof answerRowCost>;
  readonly scan: ScanRows | null;
  readonly decode: DecodeRows;
  readonly responseOptions: ReadResponseOptions | null;
  readonly explainedPlaces: ExplainedPlaces | null;
  readonly encode: EncodeResponse;
  readonly readFirstRow: ReadFirstRow;
}

/** By version and protocol; gone with the version. */
const converters = new WeakMap<LoadedVersion, Map<string, Converters>>();

/** The loop and its threads know the same protocols. */
function protocolOf(id: string): Protocol {
  const found = PROTOCOLS.find((one) => one.id === id);
  if (found) return found;
  const reason = `no protocol has the id "${id}"`;
  throw new PlimsollError('INTERNAL', { action: 'the prediction', reason });
}

function convertersOf(target: LoadedVersion, id: string): Converters {
  const ofVersion = converters.get(target) ?? new Map<string, Converters>();
  converters.set(target, ofVersion);
  const known = ofVersion.get(id);
  if (known) return known;
  const protocol = protocolOf(id);
  const made = {
    protocol,
    rowCost: answerRowCost(target.manifest.signature, protocol.valueBytes ?? 0),
    scan: protocol.scan?.(target) ?? null,
    decode: protocol.decode(target),
    responseOptions: protocol.responseOptions?.(target) ?? null,
    explainedPlaces: protocol.explainedPlaces?.(target) ?? null,
    encode: protocol.encode(target),
    readFirstRow: firstRowReader(target.manifest.signature),
  };
  ofVersion.set(id, made);
  return made;
}

async function score(request: ScoreRequest): Promise<ScoringWorkerReply> {
  const target = await versions.get(request);
  const started = performance.now();
  const converters = convertersOf(target, request.protocol);
  const { encode, readFirstRow, protocol, rowCost, explainedPlaces } = converters;
  if (protocol.needsContent || takesContent(target.manifest.signature)) await loadContent(contentMemory);
  const { batch, responseOptions, unit } = read(request, target, converters);
  const decoded = performance.now();
  if (hasExternalEngine(target)) {
    return { kind: 'decoded', batch, responseOptions, unit, timing: { preprocess: decoded - started } };
  }
  checkRows(batch.rows, rowCost, batchBytes(batch), room);
  const outputs = await target.engine.infer(batch);
  const asked = wantsExtras(responseOptions) ? { ...outputs, ...target.engine.extras?.(batch) } : outputs;
  checkOutputs(asked, protocol.valueBytes ?? 0, room);
  const predicted = performance.now();
  const first = readFirstRow(outputs);
  const isExplained = request.explains === true && explanationAsked(responseOptions) !== null;
  const told = isExplained ? rowsToExplain(batch, outputs, responseOptions, explainedPlaces) : null;
  const missing = told && missingExplanation(told.batch, target.model);
  if (told !== null && missing === null) {
    const captured = capturedOf(request, target, batch, outputs, unit);
    const timing = { preprocess: decoded - started, predict: predicted - decoded, postprocess: 0 };
    const { rows } = batch;
    return { kind: 'scored', ...told, rows, outputs: asked, responseOptions, first, captured, timing };
  }
  const { rows } = batch;
  const body = encodedBody(encode(asked, rows, request.requestId, responseOptions, missing ?? undefined));
  const timing = {
    preprocess: decoded - started,
    predict: predicted - decoded,
    postprocess: performance.now() - predicted,
  };
  const captured = capturedOf(request, target, batch, outputs, unit);
  if (batch.kind === 'matrix') releaseBuffer(batch.data);
  return { kind: 'answer', body, rows, first, captured, timing };
}

/** Why rows are not even sent to be explained; null where they are. Bad settings are told as on the loop: the answer goes out. */
function missingExplanation(batch: Batch, model: string): MissingExplanation | null {
  try {
    return tooLargeToExplain(batch, model, explanationSettings(process.env));
  } catch (error) {
    return { kind: 'missing', error: asCodedError(error, 'an explanation') };
  }
}

/** A text as the bytes that cross to the loop. */
const encodedBody = (answer: string | BinaryAnswer): EncodedBody =>
  typeof answer === 'string' ? { bytes: new TextEncoder().encode(answer), type: null, headers: [] } : answer;

interface Read {
  readonly batch: Batch;
  readonly responseOptions: unknown;
  /** Id of the unit, where the body holds it. */
  readonly unit: string | null;
}

/** What is parsed is forgotten when this returns: only the rows stay. */
function read(
  request: ScoreRequest,
  target: LoadedVersion,
  { protocol, scan, decode, responseOptions }: Converters,
): Read {
  const { signature } = target.manifest;
  const { body, textBytes, unitField, headerOptions = null } = request;
  checkBatch(body, signature, room);
  const scanned = unitField === null ? scan?.(body) : null;
  if (scanned) {
    releaseBuffer(new Uint8Array(body.buffer));
    return { batch: scanned, responseOptions: null, unit: null };
  }
  checkBody(body, protocol, signature, room, textBytes);
  const parsed = parseBody(protocol, body, textBytes);
  const options = responseOptions?.(parsed, headerOptions) ?? null;
  return {
    batch: decode(rowsIn(parsed, request, signature)),
    responseOptions: options,
    unit: unitField === null ? null : unitInBody(parsed, unitField),
  };
}

const rowsIn = (parsed: unknown, { unitField }: ScoreRequest, signature: Signature): unknown =>
  unitField === null ? parsed : withoutUnit(parsed, unitField, signature);

/** The rows that are wanted back; none where they cannot be taken: the answer is there all the same. */
function capturedOf(
  { capture, requestId }: ScoreRequest,
  target: LoadedVersion,
  batch: Batch,
  outputs: Outputs,
  unit: string | null,
): ExtractedRows | null {
  if (capture === 0) return null;
  try {
    return { ...extractRows(target, batch, outputs, requestId, capture), unit };
  } catch {
    return null;
  }
}

function refusal(error: unknown): ScoringWorkerReply {
  const { code, details } = asCodedError(error, 'the prediction');
  return { kind: 'refused', error: { code, details } };
}

/**
 * After bodies of more bytes the collector runs at once: what is behind the arrays of one is not to lie beside the next. Of a body that
 * was read in one pass and answered here nothing is left but what the answer was written from.
 */
const WORTH_COLLECTING = 1 << 20;

async function obey(request: ScoringWorkerRequest): Promise<void> {
  if (request.kind === 'retain') {
    await versions.retain(request.versions);
    // One that cannot be loaded says so to whoever asks for it.
    for (const key of request.soon) await versions.get(key).catch(() => undefined);
    return;
  }
  const received = request.body.byteLength;
  const scored = await score(request).catch(refusal);
  const answer = scored.kind === 'answer' ? scored.body.bytes : null;
  const left = answer === null ? received : request.body.byteLength + answer.byteLength;
  reply(scored, answer === null ? [] : [answer.buffer]);
  if (Math.min(received, left) > WORTH_COLLECTING) runGarbageCollector();
}

/** One after the other: no version is closed while it scores. */
let last: Promise<void> = Promise.resolve();
port.on('message', (request: ScoringWorkerRequest) => {
  last = last.then(() => obey(request));
});
