/** What the ledger keeps of runs and their chunks, checked when it is read. Pure. */

import { pairOf } from '../../schema/transformed.ts';
import {
  anyInteger,
  anyNumber,
  anyText,
  choice,
  either,
  flag,
  list,
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
import {
  CHUNK_BOUNDS,
  CHUNKS,
  FROZEN_FILE,
  FROZEN_INPUT,
  FROZEN_TABLE,
  maybe,
  OUTPUT_COLUMNS,
  ROW_COUNTS,
  SPARK_REPORT,
  TYPED_COLUMNS,
  word,
} from './stored-parts.ts';

interface StoredRun {
  readonly id: string;
}

const CHECKS = list(shape({ name: anyText, ok: flag, detail: anyText }));

const MODEL = {
  ...{ name: maybe(anyText), version: maybe(anyInteger), file: anyText, digest: anyText },
  runtime: anyText,
};

const EXPLAINED = { background: maybe(anyText), reasons: maybe(anyText) };

const PLAN: ValueSchema<RunPlan> = shape(
  {
    model: shape({ ...MODEL, converter: anyNumber }),
    inputs: list(anyText),
    outputs: OUTPUT_COLUMNS,
    columns: TYPED_COLUMNS,
    frozen: FROZEN_INPUT,
    chunks: CHUNKS,
  },
  {
    staged: CHUNKS,
    explained: shape(EXPLAINED, { method: anyText, output: anyText }),
    carried: maybe(shape({ source: STORED_SOURCE, frozen: FROZEN_INPUT, chunks: CHUNKS })),
  },
);

const PROGRESS: ValueSchema<RunProgress> = shape(
  { rows: ROW_COUNTS, chunks: shape({ done: anyInteger, of: anyInteger }), seconds: anyNumber },
  { checks: CHECKS },
);

const DISTRIBUTIONS: ValueSchema<OutputDistributions> = tableOf(
  anyText,
  either(
    shape({ kind: word('numbers'), nan: anyInteger, bins: list(pairOf(anyNumber, anyNumber)) }),
    either(
      shape({ kind: word('labels'), counts: list(pairOf(anyText, anyNumber)) }),
      shape({ kind: word('buckets'), counts: list(pairOf(anyNumber, anyNumber)) }),
    ),
  ),
);

const CHUNK_TOTALS: ValueSchema<ChunkTotals> = shape({
  chunk: anyInteger,
  counts: ROW_COUNTS,
  keys: anyText,
  part: maybe(shape({ name: anyText, size: anyNumber, digest: anyText })),
  distributions: maybe(DISTRIBUTIONS),
  seconds: shape({ read: anyNumber, score: anyNumber, write: anyNumber }),
});

const RECEIPT: ValueSchema<RunReceipt> = shape(
  {
    schema: schemaOf<1>({ const: 1 }),
    ...{ job: anyText, run: anyText, state: choice(['done', 'held']), rows: ROW_COUNTS },
    ...{ model: shape(MODEL), key: anyText },
    digests: shape({ input: anyText, keys: anyText, output: maybe(anyText) }),
    input: list(either(shape(FROZEN_FILE), shape(FROZEN_TABLE))),
    inputItems: anyInteger,
    output: shape({ where: anyText, rows: anyNumber }),
    ...{ chunks: anyInteger, startedAt: anyText, endedAt: anyText, seconds: anyNumber },
    ...{ rowsPerSecond: anyNumber, attempts: anyInteger },
    rejects: maybe(shape({ where: anyText, rows: anyNumber })),
    ...{ checks: CHECKS, fingerprint: anyText, plimsoll: anyText, distributions: DISTRIBUTIONS },
    accounts: list(shape({ ...CHUNK_BOUNDS, rows: ROW_COUNTS, keys: anyText })),
  },
  {
    cost: shape({ hourly: anyNumber, total: anyNumber }),
    spark: SPARK_REPORT,
    explanation: shape({ ...EXPLAINED, top: anyInteger, method: anyText, output: anyText }),
  },
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
