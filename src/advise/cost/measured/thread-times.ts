/** What the threads of a server have used of processors, told apart by what they do; of Linux, where `/proc` tells it. */
import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds of processors since the start of each thread that still runs. */
export interface ThreadTimes {
  /** The thread of the event loop. */
  readonly loop: number;
  /** Scoring threads. */
  readonly threads: number;
  /** All other threads of the process: those of the collector, of the compiler, of the file system. */
  readonly others: number;
  /** Processes that it has started. */
  readonly children: number;
}

/** As Node names the threads of `node:worker_threads`. */
const WORKER_THREAD = 'WorkerThread';

/** Of a process and all that it has started; a thread that has ended does not count any more. */
export function threadTimes(pid: number): ThreadTimes {
  const times = { loop: 0, threads: 0, others: 0, children: 0 };
  for (const task of tasksOf(pid)) {
    const micros = microsOf(pid, task);
    if (task === pid) times.loop += micros;
    else if (nameOf(pid, task) === WORKER_THREAD) times.threads += micros;
    else times.others += micros;
    for (const child of childrenOf(pid, task)) times.children += totalOf(threadTimes(child));
  }
  return times;
}

export const timeBetween = (before: ThreadTimes, after: ThreadTimes): ThreadTimes => ({
  loop: after.loop - before.loop,
  threads: after.threads - before.threads,
  others: after.others - before.others,
  children: after.children - before.children,
});

/** Bytes that a process and all that it has started hold in memory. */
export function bytesHeld(pid: number): number {
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  const children = tasksOf(pid).flatMap((task) => childrenOf(pid, task));
  return children.reduce((sum, child) => sum + bytesHeld(child), 1024 * kilobytes);
}

/** Whether this system tells it. */
export const tellsThreadTimes = (): boolean => read(`/proc/self/task/${process.pid}/schedstat`) !== '';

const totalOf = ({ loop, threads, others, children }: ThreadTimes): number =>
  loop + threads + others + children;

/** Nanoseconds on a processor are the first of its numbers (`Documentation/scheduler/sched-stats.rst` of Linux). */
const microsOf = (pid: number, task: number): number =>
  Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]) / 1000;

const nameOf = (pid: number, task: number): string => read(`/proc/${pid}/task/${task}/comm`).trim();

const childrenOf = (pid: number, task: number): number[] =>
  read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number);

function tasksOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/** Empty where it has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
