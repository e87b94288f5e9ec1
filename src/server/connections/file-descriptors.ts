import { readdirSync, readFileSync } from 'node:fs';

/** Open file descriptors of a process, and their limit. */
export interface FileDescriptors {
  /** The soft limit of open descriptors, which Node raises to the hard one at its start (getrlimit(2), RLIMIT_NOFILE). */
  readonly limit: number;
  readonly open: number;
}

/** About twenty kilobytes of memory each, measured: eighty megabytes in all. */
const MOST_CONNECTIONS = 4096;
/** Descriptors that are never connections: files, sockets of workers and threads, requests passed on to the control process. */
const LEAST_RESERVE = 64;
const RESERVED_SHARE = 1 / 4;
/** Connections that a server needs at least: with fewer descriptors the reserve shrinks. */
const LEAST_CONNECTIONS = 8;

/**
 * Connections that a process may hold, so that a quarter of its descriptors, and 64 at least, are left for everything else
 * that it opens. `wanted` is what a person has set, or null. Pure.
 */
export function connectionLimit({ limit, open }: FileDescriptors, wanted: number | null): number {
  const reserve = Math.max(LEAST_RESERVE, Math.ceil(limit * RESERVED_SHARE));
  const room = Math.max(LEAST_CONNECTIONS, limit - open - reserve);
  return Math.min(wanted ?? MOST_CONNECTIONS, room);
}

/** More than any process opens: where the system sets no limit, or does not say. */
const WITHOUT_LIMIT = 2 ** 30;

/** File descriptors of this process. */
export function ownDescriptors(): FileDescriptors {
  try {
    const row = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    const limit = row === undefined || row === 'unlimited' ? WITHOUT_LIMIT : Number(row);
    return { limit, open: readdirSync('/proc/self/fd').length };
  } catch {
    return reported();
  }
}

/** The same where there is no /proc: what Node writes into its reports. */
function reported(): FileDescriptors {
  const report = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft: number | string } };
  };
  const soft = Number(report.userLimits?.open_files?.soft);
  return { limit: Number.isFinite(soft) ? soft : WITHOUT_LIMIT, open: LEAST_RESERVE };
}
