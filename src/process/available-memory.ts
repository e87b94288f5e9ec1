import { existsSync, readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';

/** Where Linux tells what a process may use; other systems have no such limits. */
export interface ControlGroups {
  readonly membership: string;
  readonly root: string;
}
const LINUX: ControlGroups = { membership: '/proc/self/cgroup', root: '/sys/fs/cgroup' };

/** Limits above this are no limits: version 1 writes the largest page-aligned number for "none". */
const UNLIMITED = 2 ** 60;

/**
 * Bytes that this machine, or the container that this process is in, has left: the least over the limits of all its
 * control groups, where file cache that can be dropped counts as free, and the system's own free memory.
 */
export function availableMemory(groups: ControlGroups = LINUX, free: number = freemem()): number {
  const left = foldersOf(groups).map(leftIn);
  return Math.max(0, Math.min(free, ...left));
}

/**
 * Bytes that this process may use at all, whatever others use now: the least of the limits of its control groups and of what
 * the machine has.
 */
export const totalMemory = (groups: ControlGroups = LINUX, machine: number = totalmem()): number =>
  Math.min(machine, ...foldersOf(groups).map((folder) => limitOf(folder) ?? Infinity));

/** Folders of the process's control groups, of both versions, each with all that hold it. */
function foldersOf({ membership, root }: ControlGroups): readonly string[] {
  const lines = read(membership)?.split('\n') ?? [];
  return lines.flatMap((line) => {
    const [, controllers = '', path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined || (controllers !== '' && !controllers.split(',').includes('memory'))) return [];
    const top = controllers === '' ? root : join(root, 'memory');
    const parts = path.split('/').filter((part) => part !== '' && part !== '..');
    // In a container the path may be the host's, which is not to be seen: the root is then its own group.
    return [...parts.keys(), parts.length].map((length) => join(top, ...parts.slice(0, length)));
  });
}

/** Bytes left below the limit of one control group; without end where it has none. */
function leftIn(folder: string): number {
  const limit = limitOf(folder);
  const used = bytes(folder, 'memory.current') ?? bytes(folder, 'memory.usage_in_bytes');
  if (limit === null || used === null) return Infinity;
  const stat = read(join(folder, 'memory.stat')) ?? '';
  const cache = /^total_inactive_file (\d+)$/m.exec(stat) ?? /^inactive_file (\d+)$/m.exec(stat);
  return limit - Math.max(0, used - Number(cache?.[1] ?? 0));
}

/** The limit of one control group; null where it has none. */
function limitOf(folder: string): number | null {
  const limit = bytes(folder, 'memory.max') ?? bytes(folder, 'memory.limit_in_bytes');
  return limit === null || limit >= UNLIMITED ? null : limit;
}

function bytes(folder: string, name: string): number | null {
  const text = read(join(folder, name))?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

function read(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Some files of a group that is not one's own are there and not to be read: they limit nothing that we could know.
    return undefined;
  }
}
