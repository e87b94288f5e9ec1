/**
 * Who has a run, by a name that no other process ever has: `host/pid/boot.namespace.start`. It tells whether the
 * process is no more, so that the run of one that was killed can be taken at once. Others wait for its lease.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCodeOf } from '../../core/error-text.ts';

/** What a process has in common with those whose numbers mean the same to it. */
interface Place {
  /** Of this start of the machine (random(4), `/proc/sys/kernel/random/boot_id`). */
  readonly boot: string;
  /** Space of process numbers, such as that of a container (pid_namespaces(7)). */
  readonly namespace: string;
}

/** The name of a process of this machine: of this one where none is named. */
export function holderOf(pid: number = process.pid): string {
  const place = placeOfThis();
  const standing = standingOf(pid);
  const identity =
    place === null || standing === null ? '-' : `${place.boot}.${place.namespace}.${standing.start}`;
  return `${hostname().replaceAll('/', '-')}/${pid}/${identity}`;
}

/**
 * Whether that process has certainly ended. False for one of another machine, boot or container, of which nothing is
 * known here, and where the system does not tell (`/proc` is Linux's).
 */
export function isGone(holder: string): boolean {
  const [, pid, boot, namespace, start] = /^[^/]*\/(\d{1,10})\/([\w-]+)\.(\d+)\.(\d+)$/.exec(holder) ?? [];
  const place = placeOfThis();
  if (pid === undefined || place === null || boot !== place.boot || namespace !== place.namespace)
    return false;
  const found = standingOf(Number(pid));
  // Where processes of other users are hidden (`hidepid`), a signal still tells that there is one.
  return found === null ? !takesSignals(Number(pid)) : found.hasEnded || found.start !== start;
}

function placeOfThis(): Place | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    return namespace === undefined ? null : { boot, namespace };
  } catch {
    return null;
  }
}

interface Standing {
  /** When it started, in ticks since the boot. */
  readonly start: string;
  /** It has ended, and its parent was not told yet. */
  readonly hasEnded: boolean;
}

/** What the system says of a process (proc_pid_stat(5), fields 3 and 22); null where it says nothing. */
function standingOf(pid: number): Standing | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Its name, the second field, is in parentheses and may hold anything.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { start: rest[18] ?? '', hasEnded: state === 'Z' || state === 'X' };
  } catch {
    return null;
  }
}

function takesSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) !== 'ESRCH';
  }
}
