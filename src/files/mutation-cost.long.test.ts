import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MUTATION_OUTCOME, mutatedFile, tryModel } from './testing/mutated-model.ts';

/**
 * What a changed file may cost: every fixture of boosters, skops and PMML, changed in two hundred ways, is read and answers, or is
 * refused, within five seconds and 512 MB. The kernel keeps the peak of the process, and sets it back where it is asked to
 * (proc_pid_clear_refs(5), proc_pid_status(5)).
 */
const FIXTURES = join(import.meta.dirname, '../../fixtures');
const MUTATIONS = Number(process.env['PLIMSOLL_MUTATIONS'] ?? 200);
const MAX_MS = 5000;
const MAX_BYTES = 512 * 2 ** 20;

const isModel = (path: string): boolean =>
  /\/models\/(?:catboost|lightgbm|xgboost)-/.test(path) || /\.(?:skops|pmml)$/.test(path);
const FILES = readdirSync(FIXTURES, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name))
  .filter(isModel)
  .sort();

/** Kilobytes of a line of the status of this process, in bytes. */
function memory(name: 'VmHWM' | 'VmRSS'): number {
  const [, kilobytes] =
    new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Has the peak begin anew, where the memory stands now. */
const resetPeak = (): void => writeFileSync('/proc/self/clear_refs', '5');

interface Cost {
  readonly file: string;
  readonly seed: number;
  readonly value: number;
}
const worst: Record<'millis' | 'bytes', Cost> = {
  millis: { file: '', seed: 0, value: 0 },
  bytes: { file: '', seed: 0, value: 0 },
};
const note = (kind: keyof typeof worst, cost: Cost): void => {
  if (cost.value > worst[kind].value) worst[kind] = cost;
};

let mutations = 0;
afterAll(() => console.info(`${mutations} mutations; worst: ${JSON.stringify(worst)}`));

test('there are fixtures of every kind', () => {
  for (const kind of ['catboost-', 'lightgbm-', 'xgboost-', '.skops', '.pmml'])
    expect(FILES.some((file) => file.includes(kind))).toBe(true);
});

test.runIf(process.platform === 'linux').each(FILES)('%s, changed, costs little', async (path) => {
  const bytes = readFileSync(path);
  const file = path.slice(FIXTURES.length + 1);
  for (let seed = 0; seed < MUTATIONS; seed++) {
    const changed = mutatedFile(bytes, seed);
    resetPeak();
    const [before, started] = [memory('VmRSS'), performance.now()];
    const outcome = await tryModel(changed).catch((error: Error) => {
      throw new Error(`seed ${seed}: ${error.stack}`);
    });
    const millis = performance.now() - started;
    const grown = memory('VmHWM') - before;
    mutations += 1;
    note('millis', { file, seed, value: Math.round(millis) });
    note('bytes', { file, seed, value: grown });
    expect(outcome, `seed ${seed}`).toMatch(MUTATION_OUTCOME);
    expect(millis, `seed ${seed}`).toBeLessThan(MAX_MS);
    expect(grown, `seed ${seed}`).toBeLessThan(MAX_BYTES);
  }
});
