import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { SerialQueue } from '../../core/serial-queue.ts';
import { inputError, memoryError } from '../../duckdb/errors.ts';
import type { DuckDBPool, PooledDuckDB } from '../../duckdb/pool.ts';
import { vectorItems } from '../../duckdb/vector-items.ts';
import type { ColumnFrame } from '../../scorer/frame.ts';
import type { ColumnScorer } from '../../scorer/scorer.ts';
import { identifiers } from '../../sql/identifiers.ts';
import type { Chunk, ChunkTotals } from '../chunk.ts';
import { areKeysKept } from '../keys/key-file.ts';
import { retryOutage } from '../outage.ts';
import type { OutputDistributions } from '../receipt/column-distribution.ts';
import { observerOf } from '../receipt/observer.ts';
import type { SinkWriter } from '../sinks/sink.ts';
import type { ChunkReader, ChunkRelation } from '../sources/source.ts';
import { AnswerTable } from './answer-table.ts';
import { carry, isCarried } from './carry.ts';
import { DeadLetters, deadLettersPath } from './dead-letters.ts';
import { type SelectedFeature, selectedFeatureOf } from './features.ts';
import { frameOfBlock, takeFrameRows } from './frames.ts';
import { guardExpression, guardsOf, type RowGuard } from './guards.ts';
import { chunkKeysPath, keepChunkKeys, keyTexts } from './keys.ts';
import { OutcomeCounter } from './outcome-counter.ts';
import { keptColumns, keysSelect, outputSelect, refusedKeysSelect, type ScoredRelation } from './output.ts';
import type { ChunkOrder, ChunkProbe, ChunkWorkerSetup } from './protocol.ts';
import { scoreRows } from './score-rows.ts';

/** What a worker works with. */
export interface ChunkWorkerParts {
  readonly setup: ChunkWorkerSetup;
  readonly scorer: ColumnScorer;
  readonly reader: ChunkReader;
  /** Of rows that are carried over. */
  readonly carried: ChunkReader | null;
  readonly writer: SinkWriter;
  readonly workbench: DuckDBPool;
  readonly clock: Clock;
  /** Told how many rows have been scored since the last time. */
  readonly onScored: (rows: number) => void;
}

/** A chunk that has been scored and is to be written. */
interface ScoredChunk {
  readonly relation: ChunkRelation;
  readonly answers: AnswerTable;
  readonly tally: OutcomeCounter;
  readonly distributions: OutputDistributions;
  readonly seconds: { read: number; score: number };
}

/** Dead letters that are looked up at once. */
const LETTERS_AT_ONCE = 1000;

/**
 * Works on chunks: reads, scores and writes each, in that order. While one is written the next is read and scored.
 */
export class ChunkWorker {
  readonly #parts: ChunkWorkerParts;
  readonly #guards: readonly RowGuard[];
  readonly #scoring = new SerialQueue();
  readonly #writing = new SerialQueue();

  constructor(parts: ChunkWorkerParts) {
    this.#parts = parts;
    const { spec, columns } = parts.setup;
    const kept = keptColumns(spec);
    const fromInput = columns.filter(({ name }) => kept.includes(name));
    this.#guards = guardsOf(spec.key, spec.sink, fromInput);
  }

  /** Does a chunk, and answers its account as the sink keeps it. Throws what source, scorer and sink throw. */
  async work(order: ChunkOrder): Promise<ChunkTotals> {
    const { setup } = this.#parts;
    if (isCarried(setup, order.chunk))
      return this.#read(order.chunk, ({ db }, relation) =>
        this.#writing.take(() => carry(db, relation, order.chunk, this.#parts)),
      );
    return this.#at(async (bench) => {
      const scored = await this.#scoring.take(() => this.#blaming(order.chunk, this.#score(bench, order)));
      return this.#writing.take(() =>
        this.#blaming(order.chunk, this.#write(bench, order, scored), memoryError),
      );
    });
  }

  /** Scores some rows of a chunk and keeps nothing; answers how many. */
  async probe({ from, to, ...order }: ChunkProbe): Promise<number> {
    return this.#read(order.chunk, async ({ db }, relation) => {
      const deadly = new Set(order.deadly);
      let scored = 0;
      await this.#eachBlock(db, relation, async (frame, at) => {
        const rows = range(Math.max(from, at), Math.min(to, at + frame.rows)).filter(
          (row) => !deadly.has(row),
        );
        const inFrame = rows.map((row) => row - at);
        if (rows.length > 0) await this.#parts.scorer.score(takeFrameRows(frame, inFrame));
        scored += rows.length;
      });
      return scored;
    });
  }

  /** Keeps the keys of a chunk where they are not kept. */
  async keepKeys(chunk: Chunk): Promise<null> {
    const { folder, spec } = this.#parts.setup;
    const path = chunkKeysPath(folder, chunk.index);
    if (await this.#at(({ db }) => areKeysKept(db, path))) return null;
    return this.#read(chunk, async ({ db }, relation) => {
      await keepChunkKeys(db, spec.key, relation, path);
      return null;
    });
  }

  /** Texts of the keys of some rows of a chunk. */
  texts(chunk: Chunk, rows: readonly number[]): Promise<readonly string[]> {
    const { key } = this.#parts.setup.spec;
    return this.#read(chunk, ({ db }, relation) => keyTexts(db, key, relation, rows));
  }

  #read<T>(chunk: Chunk, work: (bench: PooledDuckDB, relation: ChunkRelation) => Promise<T>): Promise<T> {
    return this.#at(async (bench) => {
      const relation = await this.#open(bench, { chunk });
      try {
        return await this.#blaming(chunk, work(bench, relation));
      } finally {
        await relation.close();
      }
    });
  }

  async #at<T>(work: (bench: PooledDuckDB) => Promise<T>): Promise<T> {
    const { workbench } = this.#parts;
    const bench = await workbench.acquire();
    try {
      return await work(bench);
    } finally {
      workbench.release(bench);
    }
  }

  /** What DuckDB says while the rows of a chunk are read is about the item they come from: INPUT_INVALID, LANE_MEMORY; while they are written, the latter alone. */
  async #blaming<T>(chunk: Chunk, work: Promise<T>, coded = inputError): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw coded(this.#parts.setup.frozen.items[chunk.item]?.path ?? 'the input', error);
    }
  }

  #open({ db }: PooledDuckDB, { chunk }: Pick<ChunkOrder, 'chunk'>): Promise<ChunkRelation> {
    const { setup, reader, carried } = this.#parts;
    const from = isCarried(setup, chunk) && carried !== null ? carried : reader;
    return retryOutage(['SOURCE_UNAVAILABLE'], () => from.open(chunk, db));
  }

  async #score(bench: PooledDuckDB, order: ChunkOrder): Promise<ScoredChunk> {
    const { setup, scorer, clock, onScored } = this.#parts;
    const started = clock.monotonic();
    const relation = await this.#open(bench, order);
    const answers = await AnswerTable.create(bench.db, `answers_${bench.name}`, scorer.outputs);
    const tally = new OutcomeCounter(setup.spec.key, this.#guards, order);
    const observers = scorer.outputs.map((output) => observerOf(output));
    let scoring = 0;
    await this.#eachBlock(bench.db, relation, async (frame, _, turned) => {
      const from = clock.monotonic();
      const scored = await scoreRows(scorer, frame, tally.survivors(frame.rows));
      tally.add(frame.rows, scored, turned);
      answers.append(frame.rows, scored.outcomes, scored.columns);
      scored.columns.forEach((values, j) => elementAt(observers, j).add(values, scored.outcomes, frame.rows));
      onScored(frame.rows);
      scoring += clock.monotonic() - from;
    });
    answers.finish();
    if (answers.rows !== relation.rows)
      throw new PlimsollError('INTERNAL', {
        action: `reading chunk ${order.chunk.index}`,
        reason: `it gave ${answers.rows} rows, ${relation.rows} were announced`,
      });
    const read = (clock.monotonic() - started - scoring) / 1000;
    const distributions = Object.fromEntries(
      scorer.outputs.map(({ name }, j) => [name, elementAt(observers, j).distribution()]),
    );
    return { relation, answers, tally, distributions, seconds: { read, score: scoring / 1000 } };
  }

  /** Gives `take` the blocks of a relation, the row that each begins with, and the guard that turns each row away. The next one is fetched meanwhile. */
  async #eachBlock(
    db: DuckDBConnection,
    relation: ChunkRelation,
    take: (frame: ColumnFrame, at: number, turned: Uint8Array) => Promise<void>,
  ): Promise<void> {
    const features = await this.#features(db, relation);
    const columns = [...features.map(({ expression }) => expression), guardExpression(this.#guards)].join(
      ', ',
    );
    const result = await db.stream(`SELECT ${columns} FROM ${relation.from}`);
    let at = 0;
    let next = result.fetchChunk();
    for (let block = await next; block !== null && block.rowCount > 0; block = await next) {
      next = result.fetchChunk();
      // Awaited below; until then its failure must not count as unhandled.
      next.catch(() => undefined);
      const flags = vectorItems(block.getColumnVector(features.length), Uint8Array);
      await take(frameOfBlock(block, features), at, flags);
      at += block.rowCount;
    }
  }

  /** Looked up for each chunk: files of one input may differ in the width of their numbers. */
  async #features(db: DuckDBConnection, { from, parsed }: ChunkRelation): Promise<SelectedFeature[]> {
    const inputs = this.#parts.scorer.inputs.map((name) => parsed?.get(name) ?? name);
    if (inputs.length === 0) return [];
    const reader = await db.runAndReadAll(`DESCRIBE SELECT ${identifiers(inputs)} FROM ${from}`);
    const types = reader.getRowObjects().map((row) => String(row['column_type']));
    return inputs.map((name, j) => selectedFeatureOf(name, elementAt(types, j)));
  }

  async #write(bench: PooledDuckDB, order: ChunkOrder, scored: ScoredChunk): Promise<ChunkTotals> {
    const { setup, scorer, writer, clock } = this.#parts;
    const { relation, answers, tally, seconds } = scored;
    const started = clock.monotonic();
    const scoring: ScoredRelation = { from: relation.from, answers: answers.table };
    await this.#keepLetters(bench, order, scored, scoring);
    const { key, options } = setup.spec;
    if (options.duplicates === 'fail')
      await keepChunkKeys(bench.db, key, relation, chunkKeysPath(setup.folder, order.chunk.index));
    const keys = await this.#keysOf(bench, scoring, tally);
    const stamps = { run: setup.run, chunk: order.chunk.index, version: setup.version, at: setup.at };
    const select = outputSelect(setup.columns, scorer.outputs, scoring, stamps);
    const account: ChunkTotals = {
      chunk: order.chunk.index,
      counts: tally.counts(relation.unreadable.length),
      keys,
      part: null,
      distributions: scored.distributions,
      seconds: { ...seconds, write: 0 },
    };
    const written = await retryOutage(['SINK_UNAVAILABLE'], () => writer.write(bench.db, select, account));
    await answers.drop();
    await relation.close();
    return { ...written, seconds: { ...seconds, write: (clock.monotonic() - started) / 1000 } };
  }

  /** Digest of the keys that are ok. Throws INTERNAL where they are not as many as the scorer answered. */
  async #keysOf({ db }: PooledDuckDB, scoring: ScoredRelation, tally: OutcomeCounter): Promise<string> {
    const reader = await db.runAndReadAll(keysSelect(this.#parts.setup.spec.key, scoring));
    const { rows, digest } = elementAt(reader.getRowObjects(), 0);
    const { ok } = tally.counts(0);
    if (rows === ok) return String(digest);
    const reason = `${rows} keys stand beside ${ok} answers`;
    throw new PlimsollError('INTERNAL', { action: 'joining a chunk with its answers', reason });
  }

  /** In the order of the input, rows that could not be read among those that got no answer. */
  async #keepLetters(
    bench: PooledDuckDB,
    { chunk }: ChunkOrder,
    scored: ScoredChunk,
    scoring: ScoredRelation,
  ): Promise<void> {
    const { setup } = this.#parts;
    const letters = new DeadLetters(deadLettersPath(setup.folder, chunk.index));
    const unreadable = scored.relation.unreadable.toSorted((a, b) => a.row - b.row).values();
    let fault = unreadable.next().value;
    const addFaults = (before: number): void => {
      for (; fault !== undefined && fault.row < before; fault = unreadable.next().value)
        letters.add({ chunk: chunk.index, key: null, outcome: 'rejected', ...fault });
    };
    try {
      const { verdicts } = scored.tally;
      const keys = verdicts.length === 0 ? [] : await refusedKeys(bench.db, setup.spec.key, scoring);
      for (let at = 0; at < verdicts.length; at += LETTERS_AT_ONCE) {
        const some = verdicts.slice(at, at + LETTERS_AT_ONCE);
        const places = await scored.relation.locate(some.map(({ row }) => row));
        some.forEach((verdict, i) => {
          addFaults(elementAt(places, i).row);
          letters.add({ chunk: chunk.index, ...verdict, ...elementAt(places, i), key: keys[at + i] ?? null });
        });
      }
      addFaults(Number.POSITIVE_INFINITY);
      letters.close();
    } finally {
      letters.abandon();
    }
  }
}

async function refusedKeys(
  db: DuckDBConnection,
  key: string,
  scoring: ScoredRelation,
): Promise<(string | null)[]> {
  const reader = await db.runAndReadAll(refusedKeysSelect(key, scoring));
  return (reader.getColumns()[0] ?? []).map((text) => (text === null ? null : String(text)));
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
