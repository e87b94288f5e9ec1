import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What is started. */
export interface ProcessCommand {
  readonly command: string;
  readonly args: readonly string[];
}

const SHELL = '/bin/sh';
/**
 * Private writable memory that Node reserves at its start and never touches: V8's code range and the stacks of threads.
 * 551 to 575 MiB were measured (Node 24, x64); the kernel counts it as used.
 */
const RESERVED_BYTES = 600 * 2 ** 20;
/** How often memory is looked at where no limit of the kernel holds: a process can take some hundred megabytes in between. */
const WATCH_MILLIS = 20;

/** Whether the kernel keeps the limit of `limitedCommand` here; elsewhere somebody has to watch. */
export const isKeptByKernel = (): boolean => process.platform === 'linux' && existsSync(SHELL);

/**
 * The command that starts Node with at most `bytes` of private writable memory, which is what malloc and mmap give:
 * RLIMIT_DATA (setrlimit(2), since Linux 4.7). RLIMIT_AS would count V8's reservations of address space, more than a
 * gigabyte of it; a control group needs rights that containers withhold. The shell sets the limit, since Node cannot, and
 * then becomes the command; a lower limit that it has already stays. Where there is none, the command stays as it is.
 */
export function limitedCommand({ command, args }: ProcessCommand, bytes: number): ProcessCommand {
  if (!isKeptByKernel()) return { command, args };
  const kilobytes = String(Math.ceil((RESERVED_BYTES + bytes) / 1024));
  return {
    command: SHELL,
    args: ['-c', 'ulimit -d "$0" 2>/dev/null; exec "$@"', kilobytes, command, ...args],
  };
}

/** Has the kernel end this process before all others where memory is out (proc_pid_oom_score_adj(5)). */
export function sacrificeFirst(pid: number | undefined): void {
  if (pid === undefined || process.platform !== 'linux') return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // It has ended, or the system keeps its processes from this.
  }
}

/** Calls `over` once, as soon as a process has been seen to have taken more than `bytes`; the function returned ends it. */
export function watchMemory(pid: number, bytes: number, over: (found: number) => void): () => void {
  const timer = setInterval(() => {
    const found = peakBytes(pid);
    if (found <= bytes) return;
    clearInterval(timer);
    over(found);
  }, WATCH_MILLIS).unref();
  return () => clearInterval(timer);
}

/** The most memory that a process has had; 0 where it has just ended. Linux tells (proc_pid_status(5)), others say what it has now. */
function peakBytes(pid: number): number {
  try {
    if (process.platform === 'linux') {
      const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(kilobytes ?? 0) * 1024;
    }
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;
  } catch {
    // The process ended between two looks: its exit is reported elsewhere.
    return 0;
  }
}
