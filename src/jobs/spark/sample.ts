import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import type { Clock } from '../../core/ports.ts';
import { DuckDBPool } from '../../duckdb/pool.ts';
import { type ColumnScorer, OUTCOME } from '../../scorer/scorer.ts';
import { identifier, identifiers, literal, PARQUET } from '../../sql/identifiers.ts';
import type { Chunk } from '../chunk.ts';
import type { ChunkReader, ChunkRelation } from '../sources/source.ts';
import { AnswerTable } from '../worker/answer-table.ts';
import { type SelectedFeature, selectedFeatureOf } from '../worker/features.ts';
import { frameOfBlock } from '../worker/frames.ts';
import { OUTCOME_COLUMN, outputName } from '../worker/output.ts';

/** Rows that are scored here, and by Spark before anything else. */
const SAMPLE_ROWS = 1000;
/** A rate is measured for so long: the first calls are slow. */
export const MEASURE_MILLIS = 300;

export interface SampleOptions {
  /** Columns: the key, and the scorer's inputs. */
  readonly reader: ChunkReader;
  /** The first. */
  readonly chunk: Chunk;
  readonly key: string;
  readonly scorer: ColumnScorer;
  /** Parquet file to write: `_key`, `_outcome`, and the outputs under their names. */
  readonly path: string;
  /** For what does not fit into memory. */
  readonly folder: string;
  /** Time that is spent on the rate, at least. */
  readonly measureMillis: number;
  readonly clock: Clock;
}

export interface ThroughputSample {
  readonly rows: number;
  /** Of one core, reading included. */
  readonly rowsPerSecond: number;
}

/** Scores the first rows of an input and writes down the answers. Throws what source and scorer throw. */
export async function scoreSample(options: SampleOptions): Promise<ThroughputSample> {
  const workbench = await DuckDBPool.open(options.folder);
  const bench = await workbench.acquire();
  try {
    const relation = await options.reader.open(options.chunk, bench.db);
    const rows = await answer(bench.db, relation, options);
    await bench.db.run(sampleCopy(relation, options));
    const rowsPerSecond = await measure(bench.db, relation, rows, options);
    await relation.close();
    return { rows, rowsPerSecond };
  } finally {
    workbench.release(bench);
    workbench.close();
  }
}

async function answer(
  db: DuckDBConnection,
  relation: ChunkRelation,
  { scorer }: SampleOptions,
): Promise<number> {
  const answers = await AnswerTable.create(db, 'sample', scorer.outputs);
  await eachFrame(db, relation, scorer, async (frame) => {
    const { outcomes, columns } = await scorer.score(frame);
    answers.append(frame.rows, outcomes, columns);
  });
  answers.finish();
  return answers.rows;
}

/** The rate of a core: the sample again and again. */
async function measure(
  db: DuckDBConnection,
  relation: ChunkRelation,
  rows: number,
  { scorer, clock, measureMillis }: SampleOptions,
): Promise<number> {
  const started = clock.monotonic();
  let scored = 0;
  let millis = 0;
  do {
    await eachFrame(db, relation, scorer, (frame) => scorer.score(frame));
    scored += rows;
    millis = clock.monotonic() - started;
  } while (millis < measureMillis);
  return (scored / millis) * 1000;
}

async function eachFrame(
  db: DuckDBConnection,
  relation: ChunkRelation,
  { inputs }: ColumnScorer,
  take: (frame: ReturnType<typeof frameOfBlock>) => Promise<unknown>,
): Promise<void> {
  const features = inputs.length === 0 ? [] : await featuresOf(db, relation, inputs);
  // A model may read no column at all; its rows are counted all the same.
  const columns = [...features.map(({ expression }) => expression), '1'].join(', ');
  const result = await db.stream(`SELECT ${columns} FROM ${relation.from} LIMIT ${SAMPLE_ROWS}`);
  for (
    let block = await result.fetchChunk();
    block !== null && block.rowCount > 0;
    block = await result.fetchChunk()
  )
    await take(frameOfBlock(block, features));
}

async function featuresOf(
  db: DuckDBConnection,
  { from }: ChunkRelation,
  inputs: readonly string[],
): Promise<SelectedFeature[]> {
  const described = await db.runAndReadAll(`DESCRIBE SELECT ${identifiers(inputs)} FROM ${from}`);
  const types = described.getRowObjects().map((row) => String(row['column_type']));
  return inputs.map((name, j) => selectedFeatureOf(name, elementAt(types, j)));
}

function sampleCopy({ from }: ChunkRelation, { key, scorer, path }: SampleOptions): string {
  const name = identifier(key);
  const keys = `(SELECT ${name} FROM ${from} LIMIT ${SAMPLE_ROWS}) AS r`;
  const outcome = `CASE WHEN r.${name} IS NULL THEN ${OUTCOME.rejected} ELSE a.${OUTCOME_COLUMN} END::TINYINT AS _outcome`;
  const outputs = scorer.outputs.map(({ name: output, type }, j) => {
    const value = type === 'bool' ? `a.${outputName(j)}::BOOLEAN` : `a.${outputName(j)}`;
    return `${value} AS ${identifier(output)}`;
  });
  const columns = [`r.${name}::VARCHAR AS _key`, outcome, ...outputs].join(', ');
  return `COPY (SELECT ${columns} FROM ${keys} POSITIONAL JOIN sample AS a) TO ${literal(path)} (${PARQUET})`;
}
