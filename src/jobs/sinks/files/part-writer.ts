import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { digestOf, flush, move, writing } from '../../../disk/durable.ts';
import { copyStatement, type DuckDBColumn, type OutputFormat } from '../../../duckdb/copy.ts';
import type { ChunkTotals } from '../../chunk.ts';
import type { SinkRun, SinkWriter } from '../sink.ts';
import { StagingFolder, stagedPartName } from './staging.ts';

/** What the parts of a run are like. */
export interface PartShape {
  readonly folder: string;
  readonly format: OutputFormat;
  /** Whether each part of CSV has a header of its own. */
  readonly header: boolean;
}

/** Writes chunks as files: complete under their names or not there at all. */
export class PartWriter implements SinkWriter {
  readonly #shape: PartShape;
  readonly #staging: StagingFolder;
  readonly #columns: readonly DuckDBColumn[];
  readonly #fence: number;

  constructor(run: SinkRun, shape: PartShape) {
    this.#shape = shape;
    this.#staging = new StagingFolder(shape.folder, run);
    this.#columns = run.columns;
    this.#fence = run.fence;
  }

  async write(db: DuckDBConnection, select: string, account: ChunkTotals): Promise<ChunkTotals> {
    await this.#staging.check();
    const { format, header } = this.#shape;
    const name = stagedPartName(account.chunk, this.#fence, format);
    const path = this.#staging.path(name);
    const temporary = `${path}.tmp`;
    await writing(temporary, 0, async () => {
      await db.run(copyStatement(select, this.#columns, temporary, format, header));
      await flush(temporary);
    });
    const [{ size }, digest] = [await stat(temporary), await digestOf(temporary)];
    await this.#staging.check();
    await move(temporary, path);
    return { ...account, part: { name, size, digest } };
  }

  async close(): Promise<void> {
    // Nothing is held between two chunks.
  }
}
