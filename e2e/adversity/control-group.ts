/** A group of processes whose memory the kernel bounds, as the container of a pod is bounded (cgroup v1 and v2). */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** Where memory is bounded, and what the two versions of the kernel's interface call its files. */
const INTERFACES = [
  {
    root: '/sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    swap: 'memory.memsw.limit_in_bytes',
    peak: 'memory.max_usage_in_bytes',
    events: 'memory.oom_control',
  },
  {
    root: '/sys/fs/cgroup',
    limit: 'memory.max',
    swap: 'memory.swap.max',
    peak: 'memory.peak',
    events: 'memory.events',
  },
] as const;

export interface ControlGroup {
  /** A program that runs Node inside, with the arguments it is given. */
  readonly node: string;
  /** Bytes that were in use at most, with the pages of files. */
  peak(): number;
  /** Processes that the kernel has ended for want of memory. */
  kills(): number;
  processes(): number[];
  /** Removes the group, whose processes have ended. */
  remove(): void;
}

/** Makes a group of at most `bytes`; null where this user or this kernel has none. */
export function makeControlGroup(name: string, bytes: number): ControlGroup | null {
  const kind = INTERFACES.find(
    ({ root, limit }) => existsSync(join(root, limit)) || existsSync(join(root, 'cgroup.subtree_control')),
  );
  if (kind === undefined) return null;
  const folder = join(kind.root, `${name}-${process.pid}`);
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, kind.limit), String(bytes));
  } catch {
    return null;
  }
  // Without swap of its own a group is ended where it would be in a pod. Not every kernel counts it.
  if (existsSync(join(folder, kind.swap))) {
    writeFileSync(join(folder, kind.swap), kind.swap === 'memory.swap.max' ? '0' : String(bytes));
  }
  return {
    node: launcher(folder),
    peak: () => Number(read(kind.peak)),
    kills: () => Number(/^oom_kill (\d+)$/m.exec(read(kind.events))?.[1] ?? 0),
    processes: () => read('cgroup.procs').split('\n').filter(Boolean).map(Number),
    remove: () => rmdirSync(folder),
  };
}

function launcher(group: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-group-')), 'node');
  writeFileSync(path, `#!/bin/sh\necho $$ > ${group}/cgroup.procs && exec ${process.execPath} "$@"\n`, {
    mode: 0o755,
  });
  return path;
}
