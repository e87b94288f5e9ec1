/**
 * The closing account of a run: what was read, what became of every row, by which model, and digests of all of it. It is
 * made from the accounts of its chunks, and says enough to be checked by others: `docs/receipts.md`.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../core/canonical-json.ts';
import { valueInMap } from '../../core/element-at.ts';
import type { RunRow } from '../../store/ledger/ledger.ts';
import type { Check } from '../../store/store.ts';
import type { Chunk, ChunkTotals, RowCounts } from '../chunk.ts';
import { type InputFact, inputFact } from '../plan/facts.ts';
import type { PlannedExplanation, RunPlan } from '../run/plan.ts';
import type { PublishedOutput } from '../sinks/sink.ts';
import type { SparkReport } from '../spark/staging.ts';
import type { JobSpec } from '../spec/spec.ts';
import type { OutputDistributions } from './column-distribution.ts';
import { mergedColumns } from './distribution.ts';
import { addUp } from './totals.ts';

/** Items of the input that a receipt names; the digest is over all. */
const ITEMS_MAX = 1000;

/** What came of one chunk, enough to do it again in SQL. */
export interface ChunkReceipt extends Pick<Chunk, 'index' | 'item' | 'from' | 'to'> {
  readonly rows: RowCounts;
  /** sha256 over the text of the keys of its `ok` rows, each followed by a newline, in order; hex. */
  readonly keys: string;
}

export interface RunReceipt {
  readonly schema: 1;
  readonly job: string;
  readonly run: string;
  readonly state: 'done' | 'held';
  readonly rows: RowCounts;
  readonly model: {
    readonly name: string | null;
    readonly version: number | null;
    readonly file: string;
    readonly digest: string;
    readonly runtime: string;
  };
  /** How the reasons of its rows were made, and digests of what; absent where it has none. */
  readonly explanation?: Required<PlannedExplanation> & { readonly top: number };
  /** Column that names a row. */
  readonly key: string;
  readonly digests: {
    /** Over the canonical JSON (RFC 8785) of all items of the input, those of `input` and what it leaves out. */
    readonly input: string;
    /** Over the key digests of all chunks: `Books`. */
    readonly keys: string;
    /** Of a single file; null where the sink has none. */
    readonly output: string | null;
  };
  /** The first 1,000 items. */
  readonly input: readonly InputFact[];
  readonly inputItems: number;
  readonly output: { readonly where: string; readonly rows: number };
  readonly chunks: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** Time that was worked on it, over all attempts. */
  readonly seconds: number;
  /** Rows read in that time. */
  readonly rowsPerSecond: number;
  /** What that time cost, at the price of an hour that the job names. */
  readonly cost?: { readonly hourly: number; readonly total: number };
  readonly attempts: number;
  /** Where the rows without an answer are; null where there are none. */
  readonly rejects: { readonly where: string; readonly rows: number } | null;
  readonly checks: readonly Check[];
  /** Where the rows were scored on Spark: the sample that was compared, and what was forecast. */
  readonly spark?: SparkReport;
  readonly fingerprint: string;
  /** Release of Plimsoll that made it. */
  readonly plimsoll: string;
  readonly distributions: OutputDistributions;
  readonly accounts: readonly ChunkReceipt[];
}

export interface ReceiptFacts {
  readonly run: Pick<RunRow, 'id' | 'job' | 'attempt' | 'fingerprint'>;
  readonly state: RunReceipt['state'];
  readonly spec: JobSpec;
  readonly plan: RunPlan;
  readonly accounts: readonly ChunkTotals[];
  readonly published: PublishedOutput;
  readonly rejects: RunReceipt['rejects'];
  readonly checks: readonly Check[];
  /** How Spark scored it, where it did. */
  readonly spark?: SparkReport | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly seconds: number;
  readonly plimsoll: string;
}

/** The receipt of a run. Throws ROWS_DO_NOT_ADD_UP. */
export function receiptOf(closing: ReceiptFacts): RunReceipt {
  const { run, spec, plan, accounts, published, seconds, checks, rejects, plimsoll } = closing;
  const { rows, keys } = addUp(accounts, plan.chunks);
  const input = plan.frozen.items.map(inputFact);
  const { name, version, file, digest, runtime } = plan.model;
  return {
    schema: 1,
    job: run.job,
    run: run.id,
    state: closing.state,
    rows,
    model: { name, version, file, digest, runtime },
    ...explanationOf(spec, plan),
    key: spec.key,
    digests: { input: digestOf(input), keys, output: published.digest },
    input: input.slice(0, ITEMS_MAX),
    inputItems: input.length,
    output: { where: published.where, rows: published.rows },
    chunks: plan.chunks.length,
    startedAt: new Date(closing.startedAt).toISOString(),
    endedAt: new Date(closing.endedAt).toISOString(),
    seconds: rounded(seconds),
    rowsPerSecond: seconds > 0 ? Math.round(rows.read / seconds) : 0,
    ...costOf(spec.options.hourlyCost, seconds),
    attempts: run.attempt,
    rejects,
    checks,
    ...(closing.spark && { spark: closing.spark }),
    fingerprint: run.fingerprint ?? '',
    plimsoll,
    distributions: distributionsOf(accounts),
    accounts: chunkReceipts(plan.chunks, accounts),
  };
}

function explanationOf({ explain }: JobSpec, { explained }: RunPlan): Pick<RunReceipt, 'explanation'> {
  if (explain === undefined || explained === undefined) return {};
  const { background, reasons, method = '', output = '' } = explained;
  return { explanation: { top: explain.top, method, output, background, reasons } };
}

/** Of the rows that this run has scored: what is carried over has none. */
export const distributionsOf = (accounts: readonly ChunkTotals[]): OutputDistributions =>
  mergedColumns(accounts.flatMap(({ distributions }) => (distributions === null ? [] : [distributions])));

/** What is shown of a receipt: without what grows with the input. */
export function receiptSummaryOf(receipt: RunReceipt): Omit<RunReceipt, 'accounts' | 'distributions'> {
  const { accounts: _, distributions: __, ...summary } = receipt;
  return summary;
}

/** To the millisecond. */
const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** Prices have no unit but that of the job; kept to a millionth of it. */
const costOf = (hourly: number | null, seconds: number): Pick<RunReceipt, 'cost'> =>
  hourly === null ? {} : { cost: { hourly, total: Math.round((hourly * seconds * 1e6) / 3600) / 1e6 } };

const digestOf = (input: readonly InputFact[]): string =>
  createHash('sha256').update(canonicalJson(input)).digest('hex');

function chunkReceipts(chunks: readonly Chunk[], accounts: readonly ChunkTotals[]): ChunkReceipt[] {
  const byChunk = new Map(accounts.map((account) => [account.chunk, account]));
  return chunks.map(({ index, item, from, to }) => {
    const { counts, keys } = valueInMap(byChunk, index);
    return { index, item, from, to, rows: counts, keys };
  });
}
