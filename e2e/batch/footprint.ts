/** What a process and all that it has started use, looked at from outside. Linux alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

export interface Footprint {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end. */
  readonly seconds: number;
  /** Of all processes, up to 50 ms before the end of each. */
  readonly processorSeconds: number;
  /** Resident memory of all processes at the same moment, in bytes; pages that they share count once for each. */
  readonly peak: number;
}

const LOOK_MILLIS = 50;
/** Fixed by Linux for what /proc says, whatever the kernel's own clock does. */
const TICKS_A_SECOND = 100;
const PAGE = 4096;

/** Runs a program to its end. */
export async function footprint(program: string, args: readonly string[]): Promise<Footprint> {
  const started = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const output = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const ticks = new Map<number, number>();
  let peak = 0;
  const look = (): void => {
    const all = familyOf(child);
    for (const { pid, used } of all) ticks.set(pid, used);
    peak = Math.max(
      peak,
      all.reduce((sum, { resident }) => sum + resident, 0),
    );
  };
  const timer = setInterval(look, LOOK_MILLIS);
  const [status] = await once(child, 'close');
  clearInterval(timer);
  const [stdout, stderr] = await output;
  const seconds = (performance.now() - started) / 1000;
  const used = [...ticks.values()].reduce((sum, one) => sum + one, 0);
  return { status, stdout, stderr, seconds, processorSeconds: used / TICKS_A_SECOND, peak };
}

interface Usage {
  readonly pid: number;
  readonly parent: number;
  /** Ticks of processor time, of all its threads. */
  readonly used: number;
  /** Bytes. */
  readonly resident: number;
}

/** A process and its descendants that live. */
function familyOf({ pid }: ChildProcess): readonly Usage[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? usageOf(Number(name)) : []));
  const family = all.filter((one) => one.pid === pid);
  for (const { pid: parent } of family) family.push(...all.filter((one) => one.parent === parent));
  return family;
}

/** As proc_pid_stat(5) has it; of one that has just ended, nothing. */
function usageOf(pid: number): Usage[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in parentheses, may hold anything.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return [{ pid, parent: fields[1]!, used: fields[11]! + fields[12]!, resident: fields[21]! * PAGE }];
  } catch {
    return [];
  }
}
