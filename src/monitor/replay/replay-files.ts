/** `monitor replay` over two files. */
import { PlimsollError } from '../../core/errors.ts';
import type { QualityLimits, QualityViolation } from '../quality/quality-violation.ts';
import { profileFile } from '../reference/profile-file.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { sourceColumn } from '../tables/list-measures.ts';
import type { FileColumn } from '../tables/table-cells.ts';
import { openTable, type TabularFile } from '../tables/tabular-file.ts';
import type { BaselineAlarms, BaselineDetector } from './baselines.ts';
import { type FalseAlarms, falseAlarmsPerRow } from './false-alarms.ts';
import { type ReplayAlarm, replayStream, type StreamReplayResult } from './replay-stream.ts';
import { replaySummary } from './replay-summary.ts';
import { toEpochMillis } from './to-epoch-millis.ts';

export interface FileReplayOptions {
  readonly reference: string;
  readonly stream: string;
  readonly time: string | null;
  readonly outputs: readonly string[];
  /** Columns that are not watched. */
  readonly ignore: readonly string[];
  readonly budget: FalseAlarms;
  readonly minimumPsi: number;
  readonly minimumShare: number;
  readonly quality: QualityLimits;
  readonly baselines: readonly BaselineDetector[];
  /** Compare with the same hours of the week. */
  readonly season: boolean;
  readonly progress: (text: string, share: number) => void;
}

export interface FileReplayResult {
  readonly profile: ReferenceProfile;
  readonly alarms: readonly ReplayAlarm[];
  /** What is printed with `--json`. */
  readonly report: FileReplayReport;
}

export interface FileReplayReport {
  readonly rows: number;
  readonly features: number;
  readonly alarms: readonly ReportedAlarm[];
  readonly quality: readonly QualityViolation[];
  /** Alarms of other rules on the same rows. */
  readonly baselines: BaselineAlarms;
  /** False alarms a row that detectors were allowed. */
  readonly falseAlarms: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly summary: string;
}

export type ReportedAlarm = Omit<ReplayAlarm, 'time'> & { readonly time: string | null };

/** Errors: those of the tables; USAGE where the column of times is not there, or its times tell no rate. */
export async function replayFiles(options: FileReplayOptions): Promise<FileReplayResult> {
  const { time, progress } = options;
  const { profile, columns } = await profileFile(options.reference, {
    without: time === null ? options.ignore : [...options.ignore, time],
    outputs: options.outputs,
    season: options.season ? time : null,
    progress: (share) => progress('reading the reference', share / 2),
  });
  const strange = options.outputs.find(
    (name) => !columns.some((column) => [column.name, sourceColumn(column)].includes(name)),
  );
  if (strange !== undefined)
    throw usage(`--outputs has "${strange}", a column that ${options.reference} has not`);
  const { stream, numericTime } = await openStream(options, columns);
  try {
    const total = Math.max(1, await stream.rows());
    const falseAlarms = falseAlarmsPerRow(
      options.budget,
      options.budget.unit === 'rows' ? 0 : await rateOf(stream, time, numericTime),
    );
    const found = await replayStream(profile, stream, {
      drift: { falseAlarms, minimumPsi: options.minimumPsi, minimumShare: options.minimumShare },
      quality: options.quality,
      baselines: options.baselines,
      time,
      numericTime,
      progress: (rows) => progress('replaying', 0.5 + rows / total / 2),
    });
    return { profile, alarms: found.alarms, report: reportOf(found, profile, falseAlarms) };
  } finally {
    stream.close();
  }
}

/** Types are those of the reference; the column of times may be in the stream alone. */
async function openStream(
  { stream: path, time, reference }: FileReplayOptions,
  columns: readonly FileColumn[],
): Promise<{ readonly stream: TabularFile; readonly numericTime: boolean }> {
  if (time === null) return { stream: await openTable(path, columns), numericTime: false };
  const known = columns.find(({ name }) => name === time);
  const own = known ?? (await ownType(path, time));
  if (own === undefined)
    throw usage(`--time is "${time}", a column that neither ${reference} nor ${path} has`);
  if (own.type !== 'time' && own.type !== 'number')
    throw usage(`--time is "${time}", a column of ${own.type}, wanted times or numbers`);
  const stream = await openTable(path, known === undefined ? [...columns, own] : columns);
  return { stream, numericTime: own.type === 'number' };
}

async function ownType(path: string, name: string): Promise<FileColumn | undefined> {
  const table = await openTable(path);
  table.close();
  return table.columns.find((column) => column.name === name);
}

/** Rows a millisecond, by the first and the last time. */
async function rateOf(stream: TabularFile, time: string | null, isNumeric: boolean): Promise<number> {
  if (time === null) throw usage('--false-alarms is a span of time, so --time is required');
  let rows = 0;
  let from = Infinity;
  let to = -Infinity;
  for await (const { columns } of stream.blocks([time])) {
    const [column] = columns;
    if (column?.kind !== 'number') continue;
    for (const value of column.values) {
      if (Number.isNaN(value)) continue;
      const at = isNumeric ? toEpochMillis(value) : value;
      rows++;
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
  }
  if (to > from) return rows / (to - from);
  throw usage(`--false-alarms is a span of time, but the times of "${time}" span none`);
}

const usage = (reason: string): PlimsollError =>
  new PlimsollError('USAGE', { reason, command: 'monitor replay' });

function reportOf(
  found: StreamReplayResult,
  { features, outputs }: ReferenceProfile,
  falseAlarms: number,
): FileReplayReport {
  return {
    rows: found.rows,
    features: features.length + outputs.length,
    alarms: found.alarms.map((alarm) => ({ ...alarm, time: iso(alarm.time) })),
    quality: found.quality,
    baselines: found.baselines,
    falseAlarms,
    from: iso(found.span?.from ?? null),
    to: iso(found.span?.to ?? null),
    summary: replaySummary(found, falseAlarms),
  };
}

const iso = (millis: number | null): string | null =>
  millis === null || Math.abs(millis) > 8.64e15 ? null : new Date(millis).toISOString();
