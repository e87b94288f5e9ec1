/** For tests: a log and a store in a folder of their own, answers and labels that reach them as they do in a server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CapturedBlock, CapturedColumn } from '../../../capture/block.ts';
import type { MonitoringStore } from '../../../store/monitoring/monitoring.ts';
import { openMonitoring } from '../../../store/monitoring/open.ts';
import type { NumberedFeedback } from '../../../store/store.ts';
import { LogWriter } from '../../log/log-writer.ts';
import type { AccuracyPolicy } from '../../policy/policy.ts';
import { type AccuracyLook, AccuracyWatch, ingestLabels } from '../accuracy-watch.ts';
import type { AccuracyTarget } from '../stored-accuracy.ts';

export const DAY = 86_400_000;
export const LOG_START = Math.floor(Date.parse('2026-03-01T00:00:00Z') / DAY) * DAY;

export const LABELLED_POLICY: AccuracyPolicy = {
  metric: 'accuracy',
  positive: null,
  target: null,
  maturity: null,
  cohort: DAY,
  minimumLoss: 0.05,
  estimate: true,
};

export interface LoggedRow {
  readonly at: number;
  readonly requestId: string;
  /** From 0 in its request. @default {0} */
  readonly row?: number;
  /** Its hash. @default {null} */
  readonly unit?: string | null;
  readonly segment?: string | null;
  readonly inputs: Readonly<Record<string, string | number>>;
  readonly outputs: Readonly<Record<string, string | number>>;
}

const columnsOf = (rows: readonly LoggedRow[], side: 'inputs' | 'outputs'): readonly CapturedColumn[] =>
  Object.keys(rows[0]![side]).map((name) => {
    const values = rows.map((row) => row[side][name]!);
    return {
      name,
      values: typeof values[0] === 'number' ? Float64Array.from(values, Number) : values.map(String),
    };
  });

const blockOf = (rows: readonly LoggedRow[], seq: number): CapturedBlock => ({
  ...{ worker: 'w', epoch: 1, seq, endpoint: 'churn', model: 'churn', version: 3 },
  from: rows.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY),
  to: rows.reduce((most, { at }) => Math.max(most, at), 0),
  ...{ rows: rows.length, requests: rows.length, rowsSeen: rows.length, dropped: 0 },
  inputs: columnsOf(rows, 'inputs'),
  outputs: columnsOf(rows, 'outputs'),
  meta: {
    at: Float64Array.from(rows, ({ at }) => at),
    requestId: rows.map(({ requestId }) => requestId),
    row: Uint32Array.from(rows, ({ row = 0 }) => row),
    unit: rows.map(({ unit = null }) => unit),
    arm: new Int8Array(rows.length).fill(-1),
    role: rows.map(() => null),
    segment: rows.map(({ segment = null }) => segment),
    millis: new Float32Array(rows.length),
    weight: new Float32Array(rows.length).fill(1),
  },
});

export class LabelledLog {
  readonly store: MonitoringStore;
  readonly #folder: string;
  /** Where rows are logged. */
  readonly logFolder: string;
  readonly #writer: LogWriter;
  readonly #feedback: NumberedFeedback[] = [];
  #seq = 0;

  private constructor(folder: string, store: MonitoringStore) {
    this.#folder = folder;
    this.logFolder = join(folder, 'log');
    this.store = store;
    this.#writer = new LogWriter({ folder: this.logFolder, replica: 'r' });
  }

  static async open(): Promise<LabelledLog> {
    const folder = await mkdtemp(join(tmpdir(), 'plimsoll-accuracy-'));
    return new LabelledLog(folder, await openMonitoring(`sqlite:${join(folder, 'monitoring.sqlite')}`));
  }

  async log(rows: readonly LoggedRow[]): Promise<void> {
    const segments = await this.#writer.write([blockOf(rows, this.#seq++)]);
    await this.store.takeIn({ at: 0, blocks: [], segments, ticks: [] });
  }

  /** Of a request or of a unit; kept at the next `look`. */
  label(
    of: { readonly requestId: string } | { readonly unit: string },
    value: string,
    at: number,
    metric = 'label',
  ): void {
    const whose =
      'requestId' in of ? { requestId: of.requestId, unit: null } : { requestId: null, unit: of.unit };
    const id = this.#feedback.length + 1;
    this.#feedback.push({ ...whose, id, endpoint: 'churn', metric, value, at, receivedAt: at });
  }

  /** A page of what was labelled, as the control plane has it. */
  readonly feedback = async (after: number, limit: number): Promise<readonly NumberedFeedback[]> =>
    this.#feedback.slice(after, after + limit);

  async look(
    day: number,
    policy: Partial<AccuracyPolicy>,
    more: Partial<AccuracyTarget> = {},
  ): Promise<AccuracyLook> {
    await ingestLabels(this.store, this.feedback);
    const target: AccuracyTarget = {
      ...{ endpoint: 'churn', model: 'churn', version: 3, now: LOG_START + day * DAY },
      policy: { ...LABELLED_POLICY, ...policy },
      falseAlarms: { count: 1, span: 90 * DAY },
      ...more,
    };
    return new AccuracyWatch({ store: this.store, folder: this.logFolder }).look(target);
  }

  async close(): Promise<void> {
    this.#writer.close();
    await this.store.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
