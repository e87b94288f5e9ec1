/** The prediction log of a data folder, for commands: also beside a server that writes it. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PlimsollError } from '../../core/errors.ts';
import type { FoundSegment, LogLocation, LogRange } from '../../monitor/log/segment-scan.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';

/** Options of every command that reads rows of the log. */
export interface LogRangeOptions {
  readonly data: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly modelVersion?: string | undefined;
}

/** `until`: the option for the end, where `--to` says something else. */
export const withRangeOptions = (command: Command, until: '--to' | '--until' = '--to'): Command =>
  command
    .option('--from <time>', 'start of the range: 2026-11-01T08:00Z, or 24h ago')
    .option(`${until} <time>`, 'end of the range')
    .option('--model-version <number>', 'only rows that this version answered');

/** A log with the database that has its index. */
export interface OpenPredictionLog extends LogLocation {
  readonly store: MonitoringStore;
}

/** Works with the log of a data folder; where nothing was logged yet it is empty. */
export async function withPredictionLog<T>(
  { data }: { readonly data: string },
  work: (log: OpenPredictionLog) => Promise<T>,
): Promise<T> {
  const { openMonitoring } = await import('../../store/monitoring/open.ts');
  const { monitoringPath, monitoringUrl } = await import('../../store/monitoring/url.ts');
  const { predictionLogPath } = await import('../../monitor/log/log-paths.ts');
  const dataDir = resolve(data);
  const url = monitoringUrl(dataDir, process.env['PLIMSOLL_STORE'] ?? null);
  const isThere = !url.startsWith('sqlite:') || existsSync(monitoringPath(dataDir));
  const store = await openMonitoring(isThere ? url : 'sqlite::memory:');
  try {
    return await work({ store, folder: predictionLogPath(dataDir) });
  } finally {
    await store.close();
  }
}

/** What the options of a command say. Throws USAGE. */
export async function parseLogRange(
  endpoint: string,
  { from, to, modelVersion }: Omit<LogRangeOptions, 'data'>,
  command: string,
): Promise<LogRange & { readonly endpoint: string }> {
  return {
    endpoint,
    from: from === undefined ? undefined : await timeOf('--from', from, command),
    to: to === undefined ? undefined : await timeOf('--to', to, command),
    version:
      modelVersion === undefined ? undefined : parsePositiveInteger('--model-version', modelVersion, command),
  };
}

async function timeOf(option: string, text: string, command: string): Promise<number> {
  const { parseDuration } = await import('../../text/duration.ts');
  const ago = parseDuration(text);
  if (ago !== undefined) return Date.now() - ago;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  const reason = `${option} is "${text}", expected a time such as 2026-11-01T08:00:00Z, or one ago such as 24h`;
  throw new PlimsollError('USAGE', { reason, command });
}

/** A number of an option, at least 1. Throws USAGE. */
export function parsePositiveInteger(option: string, text: string, command: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  const reason = `${option} is "${text}", expected a whole number of at least 1`;
  throw new PlimsollError('USAGE', { reason, command });
}

interface VersionSegments {
  readonly version: number;
  readonly newest: FoundSegment;
  readonly segments: readonly FoundSegment[];
}

/** Segments of one version: the one that is asked for, or the newest that is logged. Throws LOG_EMPTY. */
export async function versionSegments(
  log: OpenPredictionLog,
  range: LogRange & { readonly endpoint: string },
): Promise<VersionSegments> {
  const { localSegments } = await import('../../monitor/log/segment-scan.ts');
  const { parseSegmentPath } = await import('../../monitor/log/log-paths.ts');
  const all = await localSegments(log, range);
  const versionIn = ({ path }: FoundSegment) => parseSegmentPath(path)?.version;
  const [newest] = all.toSorted((a, b) => b.to - a.to);
  const version = newest === undefined ? undefined : versionIn(newest);
  if (newest === undefined || version === undefined) throw await logEmptyError(range);
  return { version, newest, segments: all.filter((segment) => versionIn(segment) === version) };
}

export async function logEmptyError(range: LogRange & { readonly endpoint: string }): Promise<PlimsollError> {
  const { describeRange } = await import('../../monitor/log/export-requests.ts');
  return new PlimsollError('LOG_EMPTY', { endpoint: range.endpoint, wanted: describeRange(range) });
}

/** Folder of the bundle of a version. Throws what finding it throws. */
export async function bundleFolder(data: string, model: string, version: number): Promise<string> {
  const { withControl } = await import('../connection/control.ts');
  const { bundleDir } = await import('../../registry/bundle.ts');
  const { digest } = await withControl({ data }, (control) => control.version(model, version));
  return bundleDir(resolve(data), digest);
}
