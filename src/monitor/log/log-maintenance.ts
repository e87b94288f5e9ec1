/**
 * Keeps the files of the log few, bounded, and those of the index. Every step can be cut off anywhere: what is in the index is
 * there, and what is not in it is no part of the log.
 */

import { access, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { elementAt } from '../../core/element-at.ts';
import { openDuckDB } from '../../duckdb/open.ts';
import { literal } from '../../sql/identifiers.ts';
import type { MonitoringStore, SegmentRow } from '../../store/monitoring/monitoring.ts';
import { planCompaction } from './compaction.ts';
import { logSettings } from './find-request.ts';
import { newSegmentPath, putSegment } from './log-writer.ts';
import { readShapes } from './segment-scan.ts';
import { segmentCopyOptions } from './write-segment.ts';

export interface LogMaintenance {
  readonly store: Pick<MonitoringStore, 'segments' | 'knownSegments' | 'replaceSegments'>;
  /** Of the log. */
  readonly folder: string;
  readonly replica: string;
}

/** What is kept of an endpoint. */
export interface RetentionPolicy {
  /** Milliseconds. */
  readonly keep: number;
  /** Of all its segments of this server. */
  readonly maxBytes: number;
}

/** So long, in milliseconds, a file that is no part of the log stays: somebody may be about to say so, or still read it. */
export const ORPHAN_GRACE_MS = 15 * 60_000;
/** Index rows of servers that are gone are forgotten so long after they should have done it themselves. */
const DAY_MS = 86_400_000;
const EVER = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };

/** Puts small files together; answers how many are gone by it. */
export async function compactSegments(
  { store, folder, replica }: LogMaintenance,
  now: number,
): Promise<number> {
  const own = (await store.segments({ endpoint: null, ...EVER })).filter((row) => row.replica === replica);
  const groups = planCompaction(own, now);
  if (groups.length === 0) return 0;
  const duckdb = await openDuckDB(logSettings(join(folder, '.spill')));
  let gone = 0;
  try {
    for (const group of groups) {
      const paths = group.map(({ path }) => path);
      const files = paths.map((path) => join(folder, path));
      if (!(await areThere(files))) continue;
      const [shape] = await readShapes(duckdb.db, files.slice(0, 1));
      if (shape === undefined) continue;
      const from = Math.min(...group.map((row) => row.from));
      const path = await newSegmentPath(folder, elementAt(group, 0).endpoint, from, shape.shape);
      const list = files.map(literal).join(', ');
      const select = `SELECT * FROM read_parquet([${list}], union_by_name = true, hive_partitioning = false)`;
      const bytes = await putSegment(join(folder, path), async (temporary) => {
        await duckdb.db.run(`COPY (${select}) TO ${literal(temporary)} (${segmentCopyOptions(shape.shape)})`);
      });
      const { endpoint } = elementAt(group, 0);
      const to = Math.max(...group.map((row) => row.to));
      const rows = group.reduce((sum, row) => sum + row.rows, 0);
      const merged: SegmentRow = { path, replica, endpoint, from, to, rows, bytes };
      if (await store.replaceSegments(paths, [merged])) {
        gone += paths.length - 1;
        await retire(folder, paths, now);
      } else await rm(join(folder, path), { force: true });
    }
  } finally {
    duckdb.close();
  }
  return gone;
}

/** Takes out of the log what is too old or too much; answers what. `keepOf` is told the endpoint as the index has it. */
export async function applyRetention(
  { store, folder, replica }: LogMaintenance,
  keepOf: (endpoint: string) => RetentionPolicy,
  now: number,
): Promise<readonly SegmentRow[]> {
  const byEndpoint = Map.groupBy(await store.segments({ endpoint: null, ...EVER }), (row) => row.endpoint);
  const removed: SegmentRow[] = [];
  for (const [endpoint, rows] of byEndpoint) {
    const { keep, maxBytes } = keepOf(endpoint);
    let bytes = 0;
    for (const row of rows.toSorted((a, b) => b.to - a.to)) {
      const isOwn = row.replica === replica;
      if (isOwn) bytes += row.bytes;
      const isOld = row.to < now - keep - (isOwn ? 0 : DAY_MS);
      if (isOld || (isOwn && bytes > maxBytes)) removed.push(row);
    }
  }
  const gone: SegmentRow[] = [];
  for (const row of removed) if (await store.replaceSegments([row.path], [])) gone.push(row);
  await retire(
    folder,
    gone.map(({ path }) => path),
    now,
  );
  return gone;
}

/** Removes files that are no part of the log, of a crash or of what was put together; answers how many. */
export async function removeOrphans({ store, folder }: LogMaintenance, now: number): Promise<number> {
  let swept = 0;
  for (const within of await foldersOf(folder)) {
    const files = (await names(join(folder, within))).map((name) => `${within}/${name}`);
    const known = new Set(await store.knownSegments(files));
    for (const path of files.filter((file) => !known.has(file))) {
      const found = await stat(join(folder, path)).catch(() => null);
      if (found === null || found.mtimeMs > now - ORPHAN_GRACE_MS) continue;
      await rm(join(folder, path), { force: true, recursive: true });
      swept += 1;
    }
  }
  return swept;
}

/** Folders of days, `endpoint/day`. */
async function foldersOf(folder: string): Promise<string[]> {
  const endpoints = (await names(folder)).filter((name) => !name.startsWith('.'));
  const days = endpoints.map(async (name) =>
    (await names(join(folder, name))).map((day) => `${name}/${day}`),
  );
  return (await Promise.all(days)).flat();
}

const names = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Has files swept up when nobody can be reading them any more. */
async function retire(folder: string, paths: readonly string[], now: number): Promise<void> {
  const at = new Date(now);
  for (const path of paths) await utimes(join(folder, path), at, at).catch(() => undefined);
}

async function areThere(files: readonly string[]): Promise<boolean> {
  try {
    for (const file of files) await access(file);
    return true;
  } catch {
    return false;
  }
}
