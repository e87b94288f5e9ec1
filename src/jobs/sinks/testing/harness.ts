/** Runs against one kind of sink, for its contract. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ChunkTotals } from '../../chunk.ts';
import type { SinkSpec } from '../../spec/spec.ts';
import { openSink, openSinkWriter } from '../open.ts';
import type { JobSink, SinkRun } from '../sink.ts';
import { accountOf, laneDatabase, type Row, runOf, selectOf, sinkRowsOf } from './runs.ts';

export interface SinkPlace {
  readonly name: string;
  /** A target where nothing is yet, or a table without rows. */
  uri(): Promise<string>;
  /** What stands there, read by something else than the sink; null where nothing does. In order where it has one. */
  read(uri: string): Promise<readonly Row[] | null>;
  /** What a second run does to the rows of a first. */
  readonly second: 'replaces' | 'appends';
  /** What `read` finds there at first. */
  readonly before: null | readonly [];
  readonly sink?: Partial<SinkSpec>;
  /** How a NaN is read back. */
  readonly nan: string;
}

export class Harness {
  readonly place: SinkPlace;
  #db: Promise<DuckDBConnection> | null = null;

  constructor(place: SinkPlace) {
    this.place = place;
  }

  /** The rows of these chunks as they are read back. */
  expected(...chunks: number[]): readonly Row[] {
    const rows = chunks.flatMap((chunk) => sinkRowsOf(chunk));
    return rows.map((row) => (row.predict === 'NaN' ? { ...row, predict: this.place.nan } : row));
  }

  async start(
    uri: string,
    options: Parameters<typeof runOf>[1] = {},
  ): Promise<{ run: SinkRun; sink: JobSink }> {
    const run = runOf(uri, { ...this.place.sink, ...options });
    return { run, sink: await openSink(run) };
  }

  /** Writes chunks as a worker does, and answers their accounts in order. */
  async write(run: SinkRun, chunks: readonly number[], rows?: number): Promise<ChunkTotals[]> {
    this.#db ??= laneDatabase();
    const db = await this.#db;
    const writer = await openSinkWriter(run);
    const accounts: ChunkTotals[] = [];
    try {
      for (const chunk of chunks)
        accounts.push(await writer.write(db, selectOf(chunk, rows), accountOf(chunk, rows)));
    } finally {
      await writer.close();
    }
    return accounts.sort((a, b) => a.chunk - b.chunk);
  }

  /** A run from beginning to end. */
  async whole(uri: string, name: string, chunks: readonly number[]): Promise<void> {
    const { run, sink } = await this.start(uri, { run: name });
    await sink.prepare([]);
    await sink.publish(await this.write(run, chunks), {});
    await sink.discard();
    await sink.close();
  }
}
