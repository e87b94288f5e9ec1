import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type HeapControl, HeapKeeper } from './heap.ts';

/** A heap that is as busy as it is told to be, and what was done to it. */
function heap() {
  const done: string[] = [];
  const state = { busy: 0.5 };
  const made: HeapControl = {
    busy: () => state.busy,
    grow: (bytes) => void done.push(`grow to ${bytes / 2 ** 20} MB`),
    collect: () => void done.push('collect'),
  };
  const keeper = new HeapKeeper(made);
  const look = (times: number): void => {
    for (let k = 0; k < times; k++) keeper.look();
  };
  return { done, state, look };
}

test('what a start leaves behind is collected once, also under load, for which the young generation grows once', () => {
  const { done, look } = heap();
  look(1);
  expect(done).toEqual(['collect']);
  look(1000);
  expect(done).toEqual(['collect', 'grow to 8 MB']);
});

test('what a load leaves behind is collected when it is over, once a minute at most', () => {
  const { done, state, look } = heap();
  look(120);
  state.busy = 0.05;
  look(200);
  expect(done).toEqual(['collect', 'grow to 8 MB']);
  state.busy = 0.01;
  look(5);
  expect(done).toHaveLength(2);
  look(50);
  expect(done.slice(2)).toEqual(['collect']);
  for (let k = 0; k < 12; k++) {
    state.busy = 0.5;
    look(2);
    state.busy = 0;
    look(8);
  }
  expect(done.slice(3)).toEqual(['grow to 8 MB', 'collect', 'grow to 8 MB']);
});

test('a process that does little is left alone', () => {
  const { done, state, look } = heap();
  state.busy = 0.01;
  look(1000);
  expect(done).toEqual(['collect']);
});

/**
 * Makes garbage of which little survives until the young generation is as large as told, and a while longer; prints how large
 * it became. After 20 s it tells how far it came. It is measured behind a collection: while V8 waits for a major one that is
 * under way, it puts pages beyond the limit, and takes them back with the next.
 */
const LOAD = `
import { getHeapSpaceStatistics } from 'node:v8';
import { keepHeapSmall } from ${JSON.stringify(new URL('./heap.ts', import.meta.url).href)};
const [how, least] = process.argv.slice(1);
if (how === 'small') keepHeapSmall();
const size = () => {
  gc({ type: 'minor' });
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
};
let kept = [];
let [more, largest, turns] = [3000, 0, 0];
const work = () => {
  for (let i = 0; i < 2000; i++) kept.push({ i, list: [i, i + 1] });
  if (kept.length > 20_000) kept = [];
  if (turns++ % 30 === 0) largest = Math.max(largest, size());
  if (largest >= least || performance.now() > 20_000) more -= 1;
  if (more > 0) setImmediate(work);
  else console.log(largest);
};
setTimeout(work, 300);
`;

const youngOf = (how: string, least: number): number => {
  const bytes = String(least * 2 ** 20);
  const flags = ['--expose-gc', '--input-type=module'];
  const run = spawnSync(process.execPath, [...flags, '-e', LOAD, how, bytes], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return Number(run.stdout) / 2 ** 20;
};

test('V8 keeps to the limit', { timeout: 60_000 }, () => {
  expect(youngOf('as it is', 17)).toBeGreaterThan(16);
  const small = youngOf('small', 5);
  expect(small).toBeGreaterThan(4);
  expect(small).toBeLessThanOrEqual(8);
});
