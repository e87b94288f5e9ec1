import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cpus } from 'node:os';

/** What a server uses with all processes that it has started, since they began. */
export interface ServerUse {
  /** Milliseconds of a processor: of all, then of the threads of event loops, of scoring threads, of other threads, of children. */
  readonly total: number;
  readonly loop: number;
  readonly threads: number;
  readonly others: number;
  readonly children: number;
  /** Bytes of memory that lie in RAM. */
  readonly memory: number;
}

type Part = 'loop' | 'threads' | 'others';

/** As Node names the threads of `node:worker_threads`. */
const WORKER_THREAD = 'WorkerThread';

/** What the processes of these ids use; null where the system does not tell (anything but Linux), or none of them is there. */
export function serverUse(pids: readonly number[]): ServerUse | null {
  const own = pids.filter((pid) => schedstatOf(pid, pid) !== '');
  if (own.length === 0) return null;
  const times = { loop: 0, threads: 0, others: 0 };
  const below = own.flatMap(childrenOf).filter((pid) => !own.includes(pid));
  for (const pid of own) for (const task of tasksOf(pid)) times[partOf(pid, task)] += millisOf(pid, task);
  const lower = serverUse(below);
  const children = lower?.total ?? 0;
  const memory = own.reduce((sum, pid) => sum + memoryOf(pid), lower?.memory ?? 0);
  return { ...times, children, memory, total: times.loop + times.threads + times.others + children };
}

/** What was used between two looks; memory is that of the later one. */
export function useBetween(before: ServerUse, after: ServerUse): ServerUse {
  // The times of a thread that has ended are gone.
  const least = (key: keyof ServerUse): number => Math.max(0, after[key] - before[key]);
  return {
    ...{ total: least('total'), loop: least('loop'), threads: least('threads') },
    ...{ others: least('others'), children: least('children'), memory: after.memory },
  };
}

function partOf(pid: number, task: number): Part {
  if (task === pid) return 'loop';
  return read(`/proc/${pid}/task/${task}/comm`).trim() === WORKER_THREAD ? 'threads' : 'others';
}

/** Nanoseconds on a processor are the first of its numbers (`Documentation/scheduler/sched-stats.rst` of Linux). */
const millisOf = (pid: number, task: number): number => Number(schedstatOf(pid, task).split(' ')[0]) / 1e6;

const schedstatOf = (pid: number, task: number): string => read(`/proc/${pid}/task/${task}/schedstat`);

const tasksOf = (pid: number): readonly number[] => list(`/proc/${pid}/task`).map(Number);

const childrenOf = (pid: number): readonly number[] =>
  tasksOf(pid).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );

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
