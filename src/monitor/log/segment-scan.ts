/** Files of the log as DuckDB reads them. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { literal } from '../../sql/identifiers.ts';
import type { MonitoringStore, SegmentRow } from '../../store/monitoring/monitoring.ts';
import { parseSegmentPath } from './log-paths.ts';
import { type LogShape, parseShape } from './log-shape.ts';

/** Footers in one query. */
const PART = 200;

/** Several files as one relation: columns by name, null where a file has none; `file` is the path of each row's. */
export const scanSql = (files: readonly string[]): string =>
  `read_parquet([${files.map(literal).join(', ')}], union_by_name = true, hive_partitioning = false, filename = 'file')`;

export interface ShapedFile {
  readonly file: string;
  readonly shape: LogShape;
}

/** What the columns of files are, where they say it. */
export async function readShapes(
  db: DuckDBConnection,
  files: readonly string[],
): Promise<readonly ShapedFile[]> {
  const shapes: ShapedFile[] = [];
  for (let i = 0; i < files.length; i += PART) {
    const list = files
      .slice(i, i + PART)
      .map(literal)
      .join(', ');
    const read = await db.runAndReadAll(
      `SELECT file_name, decode(value) FROM parquet_kv_metadata([${list}]) WHERE decode(key) = 'plimsoll'`,
    );
    for (const [file, text] of read.getRows()) {
      const shape = parseShape(String(text));
      if (shape !== null) shapes.push({ file: String(file), shape });
    }
  }
  return shapes;
}

export interface LogLocation {
  readonly store: Pick<MonitoringStore, 'segments'>;
  /** Of the log. */
  readonly folder: string;
}

export interface LogRange {
  /** As `logEndpoint` names it; null: of all. */
  readonly endpoint: string | null;
  /** First and last millisecond. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly version?: number | undefined;
}

export interface FoundSegment extends SegmentRow {
  /** Where it is here. */
  readonly file: string;
}

/** Segments with rows of this range whose files are here, oldest first; other servers keep theirs themselves. */
export async function localSegments(
  { store, folder }: LogLocation,
  range: LogRange,
): Promise<readonly FoundSegment[]> {
  const { endpoint, from = Number.MIN_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER, version } = range;
  const rows = (await store.segments({ endpoint, from, to }))
    .filter(({ path }) => version === undefined || parseSegmentPath(path)?.version === version)
    .toSorted((a, b) => a.from - b.from);
  const found: FoundSegment[] = [];
  for (const row of rows) {
    const file = join(folder, row.path);
    if (await isReadable(file)) found.push({ ...row, file });
  }
  return found;
}

const isReadable = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
