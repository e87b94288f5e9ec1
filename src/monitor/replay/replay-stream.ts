/** A stream of rows through the detectors of a monitor, as they would have run over it. */
import { grouped } from '../../text/numbers.ts';
import type { DriftFinding, DriftOptions } from '../drift/drift-finding.ts';
import { driftSentence } from '../drift/drift-sentence.ts';
import { type DriftEvent, DriftWatch } from '../drift/drift-watch.ts';
import type { QualityLimits, QualityViolation } from '../quality/quality-violation.ts';
import { QualityWatch } from '../quality/quality-watch.ts';
import { schemaViolations } from '../quality/violations.ts';
import { BinCounter } from '../reference/bin-counter.ts';
import { findFeature, type ReferenceProfile, type ValueColumn } from '../reference/reference-profile.ts';
import { sourceColumn } from '../tables/list-measures.ts';
import type { TableBlock } from '../tables/table-blocks.ts';
import type { TabularFile } from '../tables/tabular-file.ts';
import { BaselineAlarmCounter, type BaselineAlarms, type BaselineDetector } from './baselines.ts';
import { toEpochMillis } from './to-epoch-millis.ts';

export interface StreamReplayOptions {
  readonly drift: DriftOptions;
  readonly quality: QualityLimits;
  /** Column of times, in milliseconds since the epoch; null: there is none. */
  readonly time: string | null;
  /** The times are numbers, in whatever unit. @default {false} */
  readonly numericTime?: boolean;
  /** Detectors to run beside ours. */
  readonly baselines: readonly BaselineDetector[];
  /** Called with the rows that are done. */
  readonly progress?: (rows: number) => void;
}

export interface ReplayAlarm extends DriftFinding {
  /** From 0, of the stream: the last row of the look that found it. */
  readonly row: number;
  /** First row of the window in which it is seen. */
  readonly since: number;
  /** Of `row`, in milliseconds since the epoch; null where there is no time. */
  readonly time: number | null;
  /** Row at which the feature was as before again, or null. */
  resolved: number | null;
  readonly sentence: string;
}

export interface StreamReplayResult {
  readonly rows: number;
  /** Milliseconds since the epoch of the first and the last row that have a time; null where none has. */
  readonly span: { readonly from: number; readonly to: number } | null;
  readonly alarms: readonly ReplayAlarm[];
  readonly quality: readonly QualityViolation[];
  readonly baselines: BaselineAlarms;
}

/** `stream` was opened with the types of the reference. Errors: those of the table. */
export async function replayStream(
  profile: ReferenceProfile,
  stream: TabularFile,
  options: StreamReplayOptions,
): Promise<StreamReplayResult> {
  const run = new Run(profile, options);
  for await (const block of stream.blocks(run.columns)) {
    run.add(block);
    options.progress?.(block.from + block.rows);
  }
  return run.result(schemaOf(stream, run.columns));
}

/** Columns of the stream against those that are watched; the time and what is ignored are neither missing nor too many. */
function schemaOf(
  stream: TabularFile,
  watched: readonly string[],
): (rows: number) => readonly QualityViolation[] {
  const lost = stream.columns.filter(({ name }) => stream.missing.includes(name) && watched.includes(name));
  // Of a column of lists several columns are made.
  const missing = [...new Set(lost.map(sourceColumn))];
  return (rows) => schemaViolations(missing, stream.extra, rows);
}

class Run {
  readonly columns: readonly string[];
  readonly #profile: ReferenceProfile;
  readonly #counter: BinCounter;
  readonly #watch: DriftWatch;
  readonly #quality: QualityWatch;
  readonly #baselines: BaselineAlarmCounter;
  readonly #time: string | null;
  readonly #alarms: ReplayAlarm[] = [];
  /** By feature: what of it drifts, and the alarm that was told of it. */
  readonly #active = new Map<string, { kinds: Set<string>; alarm: ReplayAlarm }>();
  readonly #clock: Clock;
  #rows = 0;

  constructor(
    profile: ReferenceProfile,
    { drift, quality, time, numericTime = false, baselines }: StreamReplayOptions,
  ) {
    this.#baselines = new BaselineAlarmCounter(profile, baselines);
    this.#quality = new QualityWatch(profile, quality);
    this.#profile = profile;
    this.#counter = new BinCounter(profile);
    this.#watch = new DriftWatch(profile, drift);
    this.#time = time;
    this.#clock = new Clock(numericTime);
    const names = [...profile.features, ...profile.outputs].map(({ name }) => name);
    this.columns = time === null ? names : [...names, time];
  }

  add({ from, rows, columns, misfits }: TableBlock): void {
    const inputs = this.#profile.features.length;
    const answers = inputs + this.#profile.outputs.length;
    if (this.#time !== null) this.#clock.add(columns[answers] ?? null);
    const features = columns.slice(0, inputs);
    const binned = this.#counter.bin(rows, features, columns.slice(inputs, answers), this.#clock.times);
    this.#quality.add({ from, rows, features, bins: binned, misfits, times: this.#clock.times });
    for (const event of this.#watch.follow(binned))
      this.#tell(event, from + event.row, this.#clock.at(event.row));
    this.#baselines.add(binned);
    this.#rows = from + rows;
  }

  /** A feature of which something drifts is told once, until nothing of it does. */
  #tell({ what, finding }: DriftEvent, row: number, time: number | null): void {
    const key = `${finding.side} ${finding.feature}`;
    const active = this.#active.get(key);
    if (what === 'ended') {
      active?.kinds.delete(finding.kind);
      if (active === undefined || active.kinds.size > 0) return;
      active.alarm.resolved = row;
      this.#active.delete(key);
    } else if (active === undefined) {
      const alarm = this.#alarm(finding, row, time);
      this.#alarms.push(alarm);
      this.#active.set(key, { kinds: new Set([finding.kind]), alarm });
    } else active.kinds.add(finding.kind);
  }

  #alarm(finding: DriftFinding, row: number, time: number | null): ReplayAlarm {
    const since = Math.max(0, row + 1 - finding.rows);
    const profile = findFeature(this.#profile, finding);
    const sentence = driftSentence(finding, profile, { since: `row ${grouped(since)}` });
    return { ...finding, row, since, time, resolved: null, sentence };
  }

  result(schema: (rows: number) => readonly QualityViolation[]): StreamReplayResult {
    return {
      rows: this.#rows,
      span: this.#clock.span,
      alarms: this.#alarms,
      quality: [...schema(this.#rows), ...this.#quality.violations()],
      baselines: this.#baselines.alarms(),
    };
  }
}

/** Times of rows, as far as they have one. */
class Clock {
  span: { from: number; to: number } | null = null;
  #values: Float64Array | null = null;
  readonly #isNumeric: boolean;

  constructor(isNumeric: boolean) {
    this.#isNumeric = isNumeric;
  }

  add(column: ValueColumn | null): void {
    const values = column?.kind === 'number' ? column.values : null;
    this.#values = this.#isNumeric ? (values?.map(toEpochMillis) ?? null) : values;
    for (const time of this.#values ?? []) {
      if (Number.isNaN(time)) continue;
      if (this.span === null) this.span = { from: time, to: time };
      this.span.from = Math.min(this.span.from, time);
      this.span.to = Math.max(this.span.to, time);
    }
  }

  /** Of the block that was added last. */
  get times(): Float64Array | null {
    return this.#values;
  }

  /** Of one of its rows. */
  at(row: number): number | null {
    const time = this.#values?.[row];
    return time === undefined || Number.isNaN(time) ? null : time;
  }
}
