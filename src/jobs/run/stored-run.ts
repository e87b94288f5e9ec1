/** What the ledger keeps of runs and their chunks, checked when it is read. Pure. */

import { pairOf } from '../../schema/transformed.ts';
import {
  anyInteger,
  anyNumber,
  anyText,
  anything,
  choice,
  either,
  flag,
  list,
  nullable,
  schemaOf,
  shape,
  tableOf,
  type ValueSchema,
} from '../../schema/value-schema.ts';
import type { ChunkTotals } from '../chunk.ts';
import type { OutputDistributions } from '../receipt/column-distribution.ts';
import type { RunReceipt } from '../receipt/receipt.ts';
import { readStored, STORED_SOURCE, type StoredPart } from '../spec/stored-spec.ts';
import type { RunPlan } from './plan.ts';
import type { RunProgress } from './progress.ts';

interface StoredRun {
  readonly id: string;
}

const orNull = <T>(of: ValueSchema<T>): ValueSchema<T | null> => schemaOf(nullable(of));
const one = <const T extends string>(word: T): ValueSchema<T> => choice([word]);

const CHECKS = list(shape({ name: anyText, ok: flag, detail: anyText }));
const COLUMNS = list(shape({ name: anyText, type: anyText }));
const ROW_COUNTS = shape({
  read: anyInteger,
  ...{ ok: anyInteger, rejected: anyInteger, failed: anyInteger, skipped: anyInteger },
});

const FROZEN_FILE = {
  ...{ kind: one('file'), path: anyText, size: anyNumber, digest: anyText },
  partition: tableOf(anyText, anyText),
};
const FROZEN_TABLE = {
  ...{ kind: one('table'), path: anyText, digest: anyText },
  snapshot: tableOf(anyText, orNull(either(anyText, anyNumber))),
};
const LAYOUT = { layout: anything };

/** What a run works on, frozen. */
export const FROZEN_INPUT = shape({
  items: list(either(shape({ ...FROZEN_FILE, mtimeMs: anyNumber }, LAYOUT), shape(FROZEN_TABLE, LAYOUT))),
  columns: COLUMNS,
  rows: orNull(anyNumber),
});

const BOUND = orNull(either(anyNumber, anyText));
const CHUNK_BOUNDS = { index: anyInteger, item: anyInteger, from: BOUND, to: BOUND };
const CHUNKS = list(shape({ ...CHUNK_BOUNDS, rows: orNull(anyNumber) }, { line: anyNumber }));

const MODEL = {
  ...{ name: orNull(anyText), version: orNull(anyInteger), file: anyText, digest: anyText },
  runtime: anyText,
};

/** Columns that a model answers. */
export const OUTPUT_COLUMNS = list(
  shape({ name: anyText, type: choice(['number', 'integer', 'string', 'bool']) }),
);

const PLAN: ValueSchema<RunPlan> = shape(
  {
    model: shape({ ...MODEL, converter: anyNumber }),
    inputs: list(anyText),
    outputs: OUTPUT_COLUMNS,
    columns: COLUMNS,
    frozen: FROZEN_INPUT,
    chunks: CHUNKS,
  },
  {
    staged: CHUNKS,
    carried: orNull(shape({ source: STORED_SOURCE, frozen: FROZEN_INPUT, chunks: CHUNKS })),
  },
);

const PROGRESS: ValueSchema<RunProgress> = shape(
  { rows: ROW_COUNTS, chunks: shape({ done: anyInteger, of: anyInteger }), seconds: anyNumber },
  { checks: CHECKS },
);

const DISTRIBUTIONS: ValueSchema<OutputDistributions> = tableOf(
  anyText,
  either(
    shape({ kind: one('numbers'), nan: anyInteger, bins: list(pairOf(anyNumber, anyNumber)) }),
    either(
      shape({ kind: one('labels'), counts: list(pairOf(anyText, anyNumber)) }),
      shape({ kind: one('buckets'), counts: list(pairOf(anyNumber, anyNumber)) }),
    ),
  ),
);

const CHUNK_TOTALS: ValueSchema<ChunkTotals> = shape({
  chunk: anyInteger,
  counts: ROW_COUNTS,
  keys: anyText,
  part: orNull(shape({ name: anyText, size: anyNumber, digest: anyText })),
  distributions: orNull(DISTRIBUTIONS),
  seconds: shape({ read: anyNumber, score: anyNumber, write: anyNumber }),
});

/** How a cluster has scored a run. */
export const SPARK_REPORT = shape({
  master: anyText,
  spark: anyText,
  sample: shape({ rows: anyNumber, rowsPerSecond: anyNumber, cells: anyNumber }),
  forecast: shape({
    ...{ seconds: orNull(anyNumber), cost: orNull(anyNumber), rows: orNull(anyNumber) },
    ...{ rowsPerSecond: anyNumber, cores: anyNumber },
  }),
  seconds: anyNumber,
});

const RECEIPT: ValueSchema<RunReceipt> = shape(
  {
    schema: schemaOf<1>({ const: 1 }),
    ...{ job: anyText, run: anyText, state: choice(['done', 'held']), rows: ROW_COUNTS },
    ...{ model: shape(MODEL), key: anyText },
    digests: shape({ input: anyText, keys: anyText, output: orNull(anyText) }),
    input: list(either(shape(FROZEN_FILE), shape(FROZEN_TABLE))),
    inputItems: anyInteger,
    output: shape({ where: anyText, rows: anyNumber }),
    ...{ chunks: anyInteger, startedAt: anyText, endedAt: anyText, seconds: anyNumber },
    ...{ rowsPerSecond: anyNumber, attempts: anyInteger },
    rejects: orNull(shape({ where: anyText, rows: anyNumber })),
    ...{ checks: CHECKS, fingerprint: anyText, plimsoll: anyText, distributions: DISTRIBUTIONS },
    accounts: list(shape({ ...CHUNK_BOUNDS, rows: ROW_COUNTS, keys: anyText })),
  },
  { cost: shape({ hourly: anyNumber, total: anyNumber }), spark: SPARK_REPORT },
);

const part = (id: string, column: string): StoredPart => ({
  ...{ table: 'runs', key: `id ${JSON.stringify(id)}`, column },
});

/** What a run has decided before its first row; null where it has not yet. Throws STORE_ROW_INVALID. */
export const runPlanOf = ({ id, plan }: StoredRun & { readonly plan: unknown }): RunPlan | null =>
  plan === null ? null : readStored(PLAN, plan, part(id, 'plan'));

/** How far a run is; null before its first chunk. Throws STORE_ROW_INVALID. */
export const runProgressOf = ({
  id,
  progress,
}: StoredRun & { readonly progress: unknown }): RunProgress | null =>
  progress === null ? null : readStored(PROGRESS, progress, part(id, 'progress'));

/** The closing account of a run; null where it has none. Throws STORE_ROW_INVALID. */
export const storedReceiptOf = ({
  id,
  receipt,
}: StoredRun & { readonly receipt: unknown }): RunReceipt | null =>
  receipt === null ? null : readStored(RECEIPT, receipt, part(id, 'receipt'));

/** What came of the chunks of a run. Throws STORE_ROW_INVALID. */
export const chunkTotalsOf = (run: string, accounts: readonly unknown[]): readonly ChunkTotals[] =>
  accounts.map((account, i) =>
    readStored(CHUNK_TOTALS, account, {
      table: 'chunks',
      key: `run "${run}", entry ${i}`,
      column: 'account',
    }),
  );
