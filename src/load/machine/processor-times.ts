import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cpus } from 'node:os';

/** What a program uses, with all processes that belong to it. */
export interface ProcessUse {
  /** Milliseconds of a processor, since the processes began. */
  readonly millis: number;
  /** Bytes of memory that lie in RAM. */
  readonly memory: number;
}

/** Of `/proc`: a tick is 10 ms on every Linux (`USER_HZ`), pages of the kernels that Node runs on have 4 kB, or what is told in status. */
const TICK_MILLIS = 10;

/**
 * What the processes of these ids and all that they have started use; null where the system does not tell (anything but Linux), or
 * none of them is there.
 */
export function processUse(pids: readonly number[]): ProcessUse | null {
  const found = allProcesses();
  const own = new Set(pids.filter((pid) => found.has(pid)));
  if (own.size === 0) return null;
  for (let before = 0; before < own.size; ) {
    before = own.size;
    for (const [pid, { parent }] of found) if (own.has(parent)) own.add(pid);
  }
  const uses = [...own].map((pid) => found.get(pid)!);
  return {
    millis: uses.reduce((sum, { ticks }) => sum + ticks * TICK_MILLIS, 0),
    memory: [...own].reduce((sum, pid) => sum + memoryOf(pid), 0),
  };
}

interface Stat {
  readonly parent: number;
  readonly ticks: number;
}

function allProcesses(): Map<number, Stat> {
  const found = new Map<number, Stat>();
  for (const name of list('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const text = read(`/proc/${name}/stat`);
    // The name of a program stands in brackets, and may hold brackets.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (fields.length < 13) continue;
    found.set(Number(name), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
  }
  return found;
}

const memoryOf = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);

/** Milliseconds that all processors of this machine were busy since it started. */
export const machineMillis = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);

/** State of a socket that listens, in `/proc/net/tcp`. */
const LISTENS = '0A';

/** Processes on this machine that listen at a port, as far as this user may see them. */
export function listenersAt(port: number): readonly number[] {
  const sockets = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningSockets(read(table), port)),
  );
  if (sockets.size === 0) return [];
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => list(`/proc/${pid}/fd`).some((fd) => sockets.has(link(`/proc/${pid}/fd/${fd}`))))
    .map(Number);
}

/** `socket:[INODE]` of each line of such a table that listens at the port. */
export function listeningSockets(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const isIt = fields[1]?.endsWith(`:${wanted}`) && fields[3] === LISTENS;
    return isIt ? [`socket:[${fields[9]}]`] : [];
  });
}

const quietly = <T>(look: () => T, otherwise: T): T => {
  try {
    return look();
  } catch {
    // It is gone, or another user's, or this is no Linux.
    return otherwise;
  }
};
const read = (path: string): string => quietly(() => readFileSync(path, 'latin1'), '');
const list = (path: string): readonly string[] => quietly(() => readdirSync(path), []);
const link = (path: string): string => quietly(() => readlinkSync(path), '');
