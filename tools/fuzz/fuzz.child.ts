/** Changes the files that it is sent, one mutation after the other, and says before and after each what it does. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { ModelFixture } from '../../src/files/testing/model-fixtures.ts';
import { MUTATION_OUTCOME, tryMutation } from '../../src/files/testing/mutated-model.ts';

export interface FuzzOrder {
  readonly files: readonly ModelFixture[];
  /** Of each file. */
  readonly mutations: number;
}

/** What came of one mutation; without an outcome, that it begins. */
export interface FuzzNews {
  readonly name: string;
  readonly seed: number;
  readonly outcome?: string;
  readonly millis?: number;
  /** Bytes by which the process grew at most meanwhile. */
  readonly bytes?: number;
}

/** Kilobytes of a line of the status of this process, in bytes (proc_pid_status(5)). */
const memory = (name: 'VmHWM' | 'VmRSS'): number =>
  1024 *
  Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

/** Has the peak begin anew, where the memory stands now (proc_pid_clear_refs(5)). */
const resetPeak = (): void => writeFileSync('/proc/self/clear_refs', '5');

const tell = (news: FuzzNews): void => void process.send?.(news);

process.once('message', async ({ files, mutations }: FuzzOrder) => {
  for (const { path, name, seed: first } of files) {
    const bytes = readFileSync(path);
    for (let seed = first; seed < first + mutations; seed++) {
      tell({ name, seed });
      resetPeak();
      const [before, started] = [memory('VmRSS'), performance.now()];
      const outcome = await tryMutation(bytes, seed).catch((error: Error) => `crash: ${error.stack}`);
      const millis = performance.now() - started;
      const isCoded = MUTATION_OUTCOME.test(outcome);
      tell({ name, seed, outcome: isCoded ? 'coded' : outcome, millis, bytes: memory('VmHWM') - before });
    }
  }
  process.disconnect();
});
