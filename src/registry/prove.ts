import { statSync } from 'node:fs';
import { basename, dirname, relative, sep } from 'node:path';
import { elementAt } from '../core/element-at.ts';
import { isPlimsollError, type PlimsollError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Clock } from '../core/ports.ts';
import type { Engine } from '../engine/engine.ts';
import { tryContent } from '../engine/onnx/try-load.ts';
import { readModelFile } from '../files/read-model.ts';
import type { ReadModel } from '../files/read-parts.ts';
import type { Batch } from '../model/batch.ts';
import type { ModelContent } from '../model/description.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { type AcceptanceResult, type AcceptRequest, knownManifest, type ProofEvents } from './admit.ts';
import { makeBackground } from './background.ts';
import { type ExampleRow, exampleRow, exampleRows } from './boundary/example.ts';
import { bundleDir, CONVERTER, digestFileSync, keptPath, readManifest } from './bundle.ts';
import { keepGraph, namesToKeep, openStaging, writeBundle } from './bundle-write.ts';
import { identityOf } from './digest.ts';
import { createEngines, type EngineChoice, isEngine } from './engines.ts';
import { fileFactsOf } from './file-facts.ts';
import { readGolden } from './golden-file.ts';
import { type LoadingCost, type LoadingRequest, measureLoading } from './loading.ts';
import { measureMicros } from './measure.ts';
import { contentOf } from './model-content.ts';
import { isFolder } from './python/folder.ts';
import { goldenRowsIn } from './python/golden-rows.ts';
import { keptReasons } from './reasons.ts';
import { verifyEngines } from './verify.ts';
import { type BundleManifest, isIsolated, type Runtime } from './version.ts';

/** Files below this are compared within 300 ms, larger ones within 2 s. */
const SMALL_FILE = 1 << 20;
/** Versions that take less than this are measured in the process that proved them; what it holds besides says little then. */
const SMALL_LOADING = 64 << 20;

/**
 * Reads, proves and measures a file and writes its bundle: the whole of becoming ready. Runs in a child process. A bundle
 * that is there already and answers for this call is left as it is.
 */
export async function proveFile(
  request: AcceptRequest,
  clock: Clock,
  events: ProofEvents,
): Promise<AcceptanceResult> {
  events.progress('reading');
  openStaging(request.staging, clock.now());
  const description = readAsData(request, events);
  if (description === null) {
    const { provePython } = await import('./python/prove.ts');
    return provePython(request, clock, events);
  }
  const { joined, file } = description;
  const sideFiles = description.sideFiles.map((path) => ({
    name: relative(dirname(file), path).replaceAll(sep, '/'),
    digest: digestFileSync(path),
  }));
  const parts = isFolder(request.path) && joined !== undefined;
  const choices = parts ? { ...request.choices, member: joined.members.join(',') } : request.choices;
  const own = parts ? digestFileSync(file) : request.digest;
  const digest = identityOf(own, sideFiles, choices);
  events.identified(digest);
  const dir = bundleDir(request.dataDir, digest);
  if (await knownManifest(dir, request)) return { digest, loading: null, notes: [] };
  const content = contentOf(description);
  // Once chosen, a runtime stays: whoever serves this bundle must go on giving the same bits. Of a graph there is no choice.
  const chosen = content.kind === 'graph' ? null : readManifest(dir)?.runtime;
  const runtime = request.runtime ?? chosen ?? null;
  const golden = request.golden ?? keptPath(dir, 'golden');
  const size = [file, ...description.sideFiles].reduce((sum, path) => sum + statSync(path).size, 0);
  const { loading, ...proof } = await prove(content, { ...request, size, runtime, golden }, clock, events);
  const graph = content.kind === 'graph';
  const { background, notes } = await makeBackground(
    request.staging,
    request,
    content.signature,
    readManifest(dir),
  );
  const manifest: BundleManifest = {
    schema: 1,
    converter: CONVERTER,
    digest: own,
    file: keptName(file),
    sideFiles,
    size,
    maxModel: request.maxModel,
    format: description.format,
    compression: description.compression,
    framework: description.framework,
    signature: content.signature,
    graph,
    ...(content.kind === 'graph' ? { graphMemory: content.memory } : {}),
    ...proof,
    ...namesToKeep(dir, request),
    ...(background === null ? {} : { background }),
    ...(await keptReasons(request.reasons, content.signature, readManifest(dir))),
    ...choices,
    ...(parts ? { parts } : {}),
    ...(joined === undefined ? {} : { joined: joined.said }),
    ...(request.origin === null ? {} : { origin: request.origin }),
  };
  const files = { original: file, golden: request.golden, reference: request.reference };
  writeBundle(request.staging, dir, manifest, files);
  if (loading !== null || manifest.size >= SMALL_FILE) return { digest, loading, notes };
  events.progress('warming up');
  return {
    digest,
    notes,
    loading: await smallLoading({
      ...{ bundle: dir, model: digest, runtime: manifest.runtime, graph },
      isolated: isIsolated(manifest),
    }),
  };
}

/** What the bundle calls the file: lists of digests and paths of other systems hold no line breaks and backslashes. */
const keptName = (path: string): string => basename(path).replaceAll(/[\p{Cc}\\]/gu, '_');

/** What the file says as data; null where Python is to run it. */
function readAsData(
  { route, path, staging, maxModel, choices }: AcceptRequest,
  events: ProofEvents,
): ReadModel | null {
  if (route === 'python') return null;
  try {
    const description = readModelFile(path, { maxModel: maxModel ?? undefined, ...choices });
    events.found({ kind: 'read', facts: fileFactsOf(description) });
    if (route === 'either') contentOf(description);
    const content = description.content && keepGraph(staging, description.content);
    return { ...description, content };
  } catch (error) {
    const isForPython =
      isPlimsollError(error) && (error.exit === EXIT.unsupported || error.code === 'READ_UNSAFE');
    // A person trusts it: what only Python understands, or would run, may run there.
    if (route === 'either' && isForPython) return null;
    throw error;
  }
}

/** What loading the version takes; null where it is no small one, or where something stands in its way. */
async function smallLoading(request: LoadingRequest): Promise<LoadingCost | null> {
  try {
    const loading = await measureLoading(request);
    return loading.peakBytes < SMALL_LOADING ? loading : null;
  } catch {
    return null;
  }
}

interface Proved extends Pick<BundleManifest, 'verification' | 'runtime' | 'rowMicros' | 'example'> {
  /** Of a graph that runs in a clean process of its own, which has answered by then; else null. */
  readonly loading: LoadingCost | null;
}

async function prove(
  content: ModelContent,
  request: AcceptRequest & Pick<BundleManifest, 'size'>,
  clock: Clock,
  { progress, found }: ProofEvents,
): Promise<Proved> {
  await tryContent(content);
  progress('building engines');
  const started = clock.monotonic();
  const engines = await createEngines(content);
  const millis = clock.monotonic() - started;
  progress('comparing engines');
  const verification = await verifyEngines(content, engines, {
    model: basename(request.path),
    clock,
    golden: request.golden ? readGolden(request.golden) : undefined,
    budgetMillis: request.size < SMALL_FILE ? 300 : 2000,
  });
  found({ kind: 'verified', verification });
  progress('measuring');
  const { row, batch } = givenExample(content, request.sample) ?? (await answeredExample(content, engines));
  const chosen = await choose(engines, batch, request, clock);
  const loading = isolatedLoading(engines, request.size, millis);
  return { verification, ...chosen, example: row, loading };
}

/** What the processes of an engine take; null of one that has none. Nothing of it is in a process that serves. */
function isolatedLoading({ onnx }: EngineChoice, size: number, millis: number): LoadingCost | null {
  const rss = isEngine(onnx) ? (onnx.status?.().rss ?? []) : [];
  if (rss.length === 0) return null;
  const residentBytes = rss.reduce((sum, bytes) => sum + bytes, size);
  return { millis, residentBytes, peakBytes: residentBytes };
}

/**
 * The first example that the model answers: documents of PMML refuse values out of their range, and rows without a prediction,
 * convolutions refuse pictures that are smaller than they are.
 */
async function answeredExample(content: ModelContent, { native, onnx }: EngineChoice): Promise<ExampleRow> {
  const engine = isEngine(native) ? native : onnx;
  for (const example of exampleRows(content)) {
    try {
      if (isEngine(engine)) await engine.infer(example.batch);
      return example;
    } catch (error) {
      if (!isPlimsollError(error) || !REFUSES_ROWS.has(error.code)) throw error;
    }
  }
  return exampleRow(content);
}

const REFUSES_ROWS: ReadonlySet<string> = new Set(['INPUT_INVALID', 'GRAPH_FAILED']);

/** The first of the rows that came with the model, where it takes them: people know it. */
function givenExample(content: ModelContent, sample: unknown): ExampleRow | null {
  const [row] = sample === null || content.signature.form === 'tensors' ? [] : goldenRowsIn(sample);
  if (row === undefined) return null;
  try {
    return { row, batch: decodeInput([row], content.signature) };
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'INPUT_INVALID') return null;
    throw error;
  }
}

/** The runtime demanded, or the faster of those there are, by one row's cost. */
async function choose(
  engines: EngineChoice,
  row: Batch,
  request: AcceptRequest,
  clock: Clock,
): Promise<{ runtime: Runtime; rowMicros: number }> {
  const candidates = (['native', 'onnx'] as const).filter(
    (id) => request.runtime === null || id === request.runtime,
  );
  const measured: { runtime: Runtime; rowMicros: number }[] = [];
  for (const runtime of candidates) {
    const engine: Engine | PlimsollError = engines[runtime];
    if (isEngine(engine)) measured.push({ runtime, rowMicros: await measureMicros(engine, row, clock) });
    else if (request.runtime) throw engine;
  }
  measured.sort((a, b) => a.rowMicros - b.rowMicros);
  const best = elementAt(measured, 0); // `verifyEngines` refuses a model without an engine
  return { ...best, rowMicros: Number(best.rowMicros.toPrecision(3)) };
}
