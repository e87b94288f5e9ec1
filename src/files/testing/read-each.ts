import { readFileSync, writeFileSync } from 'node:fs';
import { isPlimsollError } from '../../core/errors.ts';
import { readModelFile } from '../read-model.ts';

/**
 * Reads each file that it is given and prints, as one document of JSON, how that ended, in how many milliseconds, and how much
 * memory the process had at most meanwhile. Run with `--expose-gc`.
 */
function outcomeOf(path: string): string {
  try {
    const { content, blockers, globals } = readModelFile(path);
    // As whoever wants to run it says (`registry/model-content.ts`).
    if (globals.some(({ meaning }) => meaning === 'dangerous')) return 'READ_UNSAFE';
    return content === null ? (blockers[0]?.field ?? 'no blocker') : 'read';
  } catch (error) {
    if (isPlimsollError(error)) return error.code;
    throw error;
  }
}

/** The kernel forgets the peak so far (proc_pid_clear_refs(5)). */
const forgetPeak = (): void => writeFileSync('/proc/self/clear_refs', '5');

const peak = (): number =>
  1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

const ended = process.argv.slice(2).map((path) => {
  globalThis.gc?.();
  forgetPeak();
  // Of the thread that reads, as the limit on time counts it: a collector beside it takes more where memory is slow.
  const { user, system } = process.threadCpuUsage();
  const outcome = outcomeOf(path);
  const used = process.threadCpuUsage({ user, system });
  return { outcome, millis: (used.user + used.system) / 1000, rss: peak() };
});
console.log(JSON.stringify(ended));
