/** Blocks of one shape as a file of Parquet. */

import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  FLOAT,
  TINYINT,
  UINTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import type { CapturedBlock } from '../../capture/block.ts';
import { elementAt } from '../../core/element-at.ts';
import { identifier, literal, PARQUET } from '../../sql/identifiers.ts';
import { storableText } from './log-paths.ts';
import type { LogShape } from './log-shape.ts';

type Numbers = Float64Array | Float32Array | Uint32Array | Int8Array | BigInt64Array;
type Values = Numbers | readonly (string | null)[];

/** A column of the table that is copied: what is appended to it, and what of it is in the file. */
interface Column {
  readonly name: string;
  readonly type: DuckDBType;
  readonly values: (block: CapturedBlock) => Values;
  /** The cell in the file, by the name of the table's column. */
  readonly cell: (name: string) => string;
}

const asIs = (name: string): string => name;
const orNull = (name: string): string => `CASE WHEN isnan(${name}) THEN NULL ELSE ${name} END`;

const column = (
  name: string,
  type: DuckDBType,
  values: Column['values'],
  cell: Column['cell'] = asIs,
): Column => ({ name, type, values, cell });

/** The columns of the log that every model has, in the order of `META`; those of the whole block are constants. */
function metaColumns({ endpoint, model, version }: LogShape): Column[] {
  const text = (value: string | null) => (value === null ? 'NULL::VARCHAR' : literal(storableText(value)));
  return [
    column(
      'time',
      BIGINT,
      ({ meta }) => micros(meta.at),
      (name) => `make_timestamptz(${name})`,
    ),
    column('request_id', VARCHAR, ({ meta }) => meta.requestId),
    column('row', UINTEGER, ({ meta }) => meta.row),
    column(
      'arm',
      TINYINT,
      ({ meta }) => meta.arm,
      (name) => {
        const constants = `${text(endpoint)} AS endpoint, ${text(model)} AS model, ${version}::INTEGER AS version`;
        return `${constants}, nullif(${name}, -1)`;
      },
    ),
    column('role', VARCHAR, ({ meta }) => meta.role),
    column('unit', VARCHAR, ({ meta }) => meta.unit),
    column('segment', VARCHAR, ({ meta }) => meta.segment),
    column('latency_ms', FLOAT, ({ meta }) => meta.millis, orNull),
    column('weight', FLOAT, ({ meta }) => meta.weight),
    column('explanation', VARCHAR, ({ meta, rows }) => meta.explanation ?? new Array<null>(rows).fill(null)),
  ];
}

function columnsOf(shape: LogShape): Column[] {
  const of = (side: 'inputs' | 'outputs') =>
    shape[side].map(({ column: name, type }, i) =>
      type === 'DOUBLE'
        ? column(name, DOUBLE, (block) => elementAt(block[side], i).values, orNull)
        : column(name, VARCHAR, (block) => elementAt(block[side], i).values),
    );
  return [...metaColumns(shape), ...of('inputs'), ...of('outputs')];
}

/** Microseconds since the epoch. */
const micros = (millis: Float64Array): BigInt64Array =>
  BigInt64Array.from(millis, (at) => BigInt(Math.round(at * 1000)));

/** Writes blocks of this shape to `path`, which nobody reads yet. */
export async function writeSegment(
  db: DuckDBConnection,
  path: string,
  shape: LogShape,
  blocks: readonly CapturedBlock[],
): Promise<void> {
  const columns = columnsOf(shape);
  const declared = columns.map(({ type }, i) => `c${i} ${type}`).join(', ');
  await db.run(`CREATE OR REPLACE TEMP TABLE rows (${declared})`);
  try {
    const appender = await db.createAppender('rows');
    for (const block of blocks) append(appender, columns, block);
    appender.closeSync();
    const cells = columns.map(({ name, cell }, i) => `${cell(`c${i}`)} AS ${identifier(name)}`);
    await db.run(
      `COPY (SELECT ${cells.join(', ')} FROM rows) TO ${literal(path)} (${segmentCopyOptions(shape)})`,
    );
  } finally {
    await db.run('DROP TABLE IF EXISTS rows');
  }
}

/** Options of COPY for files of a shape, which they hold as metadata. */
export function segmentCopyOptions(shape: LogShape): string {
  const metadata = `KV_METADATA {plimsoll: ${literal(JSON.stringify(shape))}}`;
  const columns = shape.inputs.length + shape.outputs.length + 13;
  return `${segmentOptions(columns)}, USE_TMP_FILE false, ${metadata}`;
}

function append(
  appender: { appendDataChunk(chunk: DuckDBDataChunk): void },
  columns: readonly Column[],
  block: CapturedBlock,
): void {
  const values = columns.map((one) => one.values(block));
  for (let from = 0; from < block.rows; from += VECTOR) {
    const rows = Math.min(VECTOR, block.rows - from);
    const chunk = DuckDBDataChunk.create(
      columns.map(({ type }) => type),
      rows,
    );
    values.forEach((cells, i) => fill(chunk, i, cells, from, rows));
    appender.appendDataChunk(chunk);
  }
}

function fill(chunk: DuckDBDataChunk, index: number, cells: Values, from: number, rows: number): void {
  const vector = chunk.getColumnVector(index);
  if (Array.isArray(cells)) {
    for (let i = 0; i < rows; i++) vector.setItem(i, (cells as readonly (string | null)[])[from + i] ?? null);
  } else {
    const target = (vector as unknown as { items: { set(values: unknown): void } }).items;
    target.set((cells as Float64Array).subarray(from, from + rows));
  }
  vector.flush();
}

/** Cells of a group of rows, which DuckDB keeps in memory while it writes them. */
const GROUP_CELLS = 4_000_000;
const GROUP_MAX = 122_880;
/** Rows of a vector: a group has a multiple of them. */
const VECTOR = 2048;

/** Options of COPY for a segment with so many columns. */
function segmentOptions(columns: number): string {
  const rows = Math.min(GROUP_MAX, Math.max(VECTOR, Math.floor(GROUP_CELLS / columns / VECTOR) * VECTOR));
  return `${PARQUET}, COMPRESSION zstd, ROW_GROUP_SIZE ${rows}`;
}
