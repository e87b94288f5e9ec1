/** The process of a worker: it scores chunks, and ends when its coordinator does. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { DuckDBPool } from '../../duckdb/pool.ts';
import { toErrorMessage } from '../../process/messages.ts';
import type { ColumnScorer } from '../../scorer/scorer.ts';
import type { ChunkReader, JobSource } from '../sources/source.ts';
import { ChunkWorker } from './chunk-worker.ts';
import { keptColumns } from './output.ts';
import type {
  ChunkWorkerAnswers,
  ChunkWorkerModel,
  ChunkWorkerRequest,
  ChunkWorkerSetup,
  FromChunkWorker,
  StagedModel,
  ToChunkWorker,
} from './protocol.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Rows scored are said at most this often. */
const SAY_EVERY_MILLIS = 250;

type OpenScorer = typeof import('../../scorer/open.ts').openScorer;

let openScorer: OpenScorer;
let scorer: ColumnScorer | null = null;
/** Set where rows are scored already. */
let staged: StagedModel | null = null;
let worker: ChunkWorker | null = null;
let unsaid = 0;
let saidAt = 0;

const say = (message: FromChunkWorker): void => {
  process.send?.(message, undefined, undefined, () => undefined);
};

function noteRows(rows: number): void {
  unsaid += rows;
  const now = clock.monotonic();
  if (now - saidAt < SAY_EVERY_MILLIS) return;
  say({ kind: 'scored', rows: unsaid });
  unsaid = 0;
  saidAt = now;
}

async function load(model: ChunkWorkerModel): Promise<ChunkWorkerAnswers['load']> {
  await scorer?.close();
  staged = 'staged' in model ? model.staged : null;
  scorer = 'staged' in model ? await scorerOfStaged(model.staged) : await scorerOf(model);
  return { model: scorer.model, outputs: scorer.outputs, explanation: scorer.explanation ?? null };
}

async function scorerOf({
  bundle,
  inputs,
  explain,
}: Exclude<ChunkWorkerModel, { staged: unknown }>): Promise<ColumnScorer> {
  const { readManifest } = await import('../../registry/bundle.ts');
  const manifest = readManifest(bundle);
  if (manifest === null) throw new PlimsollError('BUNDLE_GONE', { model: '', version: '', digest: bundle });
  return openScorer({ bundle, manifest }, inputs, explain);
}

async function scorerOfStaged({ model, outputs }: StagedModel): Promise<ColumnScorer> {
  const { stagedScorer } = await import('../spark/staged.ts');
  return stagedScorer(model, outputs);
}

async function open(setup: ChunkWorkerSetup): Promise<null> {
  if (scorer === null)
    throw new PlimsollError('INTERNAL', { action: 'opening a worker', reason: 'it has no model' });
  const { openSource } = await import('../sources/open.ts');
  const { openSinkWriter } = await import('../sinks/open.ts');
  const folder = join(setup.folder, `lane-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const source = await openSource(setup.spec, setup.secrets, folder);
  const wanted = [...new Set([...keptColumns(setup.spec), ...scorer.inputs])];
  worker = new ChunkWorker({
    setup,
    scorer,
    reader: await readerOf(source, setup, wanted, scorer.types),
    carried: await carriedReader(setup),
    writer: await openSinkWriter(setup),
    workbench: await DuckDBPool.open(folder),
    clock,
    onScored: noteRows,
  });
  return null;
}

async function carriedReader({ carried, spec, columns }: ChunkWorkerSetup): Promise<ChunkReader | null> {
  if (carried === null) return null;
  const { openSource } = await import('../sources/open.ts');
  const source = await openSource({ source: carried.source, key: spec.key }, {});
  const names = columns.map(({ name }) => name);
  return source.reader(carried.frozen, names, new Map());
}

async function readerOf(
  source: JobSource,
  { frozen, spec }: ChunkWorkerSetup,
  wanted: readonly string[],
  types: ColumnScorer['types'],
): Promise<ChunkReader> {
  if (staged === null) return source.reader(frozen, wanted, types, new Set(keptColumns(spec)));
  const { stagedReader } = await import('../spark/staged.ts');
  return stagedReader(source, frozen, wanted, staged.origin);
}

async function answer(request: ChunkWorkerRequest): Promise<ChunkWorkerAnswers[keyof ChunkWorkerAnswers]> {
  if (request.kind === 'load') return load(request.model);
  if (request.kind === 'open') return open(request.setup);
  if (worker === null)
    throw new PlimsollError('INTERNAL', { action: 'asking a worker', reason: 'it is not open' });
  if (request.kind === 'work') return worker.work(request.order);
  if (request.kind === 'probe') return worker.probe(request.probe);
  return request.kind === 'keys' ? worker.keepKeys(request.chunk) : worker.texts(request.chunk, request.rows);
}

/** Answers the coordinator for as long as it lives. `opener` opens what scores: `openScorer`. */
export function serveChunkWorker(opener: OpenScorer): void {
  openScorer = opener;
  process.on('message', async ({ id, request }: ToChunkWorker) => {
    try {
      say({ kind: 'answer', id, answer: await answer(request) });
    } catch (error) {
      say({ kind: 'refused', id, error: toErrorMessage(error, 'a worker of a run') });
    }
  });

  // A signal to the whole group is for the coordinator: it says when to end, by closing the channel.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
  process.on('disconnect', () => process.exit(0));
}
