import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { openStore } from '../../store/open.ts';
import type { FeedbackRow, Store } from '../../store/store.ts';
import { rejectionCodeOf } from '../../store/testing/stores.ts';
import { type Absence, type Absentable, absentable } from '../rollouts/testing/away.ts';
import { FeedbackBuffer } from './feedback-buffer.ts';
import { FeedbackSpool } from './feedback-spool.ts';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const NOW = 1_700_000_000_000;
let folder: string;
let real: Store;
let away: Absentable;
/** What the clock of the keeping that was opened last would do every second. */
let second: () => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-feedback-'));
  real = await openStore('sqlite::memory:');
  away = absentable(real);
});
afterEach(async () => {
  await real.close();
  rmSync(folder, { recursive: true });
});

const path = () => join(folder, 'feedback.jsonl');

function opened(max = 1e6): FeedbackBuffer {
  const every = (_: number, work: () => Promise<void>) => {
    second = work;
    return () => Promise.resolve();
  };
  const spool = new FeedbackSpool(path(), max);
  return new FeedbackBuffer({ store: away.store, logger, now: () => NOW, every, spool });
}

let numbered = 0;
const row = (value = String(++numbered)): FeedbackRow => ({
  ...{ endpoint: 'churn', requestId: `r${value}`, unit: null, metric: 'label', value, at: NOW },
  receivedAt: NOW + Number(value),
});

const valuesKept = async (): Promise<readonly string[]> =>
  (await real.tables.feedback.values('churn', 'label', 0, NOW * 2)).map(({ value }) => value);

it('feedback that comes while the store is away is written in order when it is back, once', async () => {
  const keeping = opened();
  const rows = [row(), row(), row(), row()];
  await keeping.insert([rows[0]!]);
  away.absence = 'unreachable';
  await keeping.insert([rows[1]!]);
  await keeping.insert([rows[2]!]);
  expect([keeping.isKeeping, (await valuesKept()).length]).toEqual([true, 1]);
  await second();
  away.absence = 'there';
  // What comes now is behind what is kept.
  await keeping.insert([rows[3]!]);
  for (let times = 0; times < 3; times++) await second();
  expect(await valuesKept()).toEqual(rows.map(({ value }) => value));
  expect([keeping.isKeeping, readFileSync(path(), 'utf8')]).toEqual([false, '']);
});

it('a process that is killed loses nothing that it took, and the next one writes nothing twice', async () => {
  away.absence = 'full';
  const rows = [row(), row()];
  await opened().insert([rows[0]!]);
  await opened().insert([rows[1]!]);
  // Killed in the middle of a line that nobody was told of.
  appendFileSync(path(), '{"id":"torn","rows":[');
  away.absence = 'there';
  const kept = readFileSync(path());
  opened();
  await second();
  // Killed between the commit and the end of the file.
  appendFileSync(path(), kept.subarray(0, kept.lastIndexOf('\n') + 1));
  opened();
  await second();
  expect(await valuesKept()).toEqual(rows.map(({ value }) => value));
});

it('what was written although the answer was lost is not written again', async () => {
  const keeping = opened();
  away.losesAnswer = true;
  await keeping.insert([row()]);
  away.absence = 'there';
  await second();
  expect((await valuesKept()).length).toBe(1);
});

it('what finds no room is refused, and none of it kept', async () => {
  const keeping = opened(200);
  away.absence = 'unreachable';
  await keeping.insert([row()]);
  expect(await rejectionCodeOf(keeping.insert([row()]))).toBe('FEEDBACK_UNKEPT');
  away.absence = 'there';
  await second();
  expect((await valuesKept()).length).toBe(1);
});

it.each(Array.from({ length: 30 }, (_, seed) => seed + 1))(
  'whatever happens, what was taken is there once and what was refused is not (seed %i)',
  async (seed) => {
    const random = seededRandom(seed);
    const taken: string[] = [];
    let keeping = opened(2000);
    for (let step = 0; step < 120; step++) {
      const draw = random.next();
      if (draw < 0.15) away.absence = (['there', 'full', 'unreachable'] as Absence[])[step % 3]!;
      else if (draw < 0.2) away.losesAnswer = true;
      else if (draw < 0.25) keeping = opened(2000);
      else if (draw < 0.45) await second();
      else {
        const given = row();
        if ((await rejectionCodeOf(keeping.insert([given]))) === 'resolved') taken.push(given.value);
      }
    }
    Object.assign(away, { absence: 'there', losesAnswer: false });
    await second();
    expect((await valuesKept()).toSorted()).toEqual(taken.toSorted());
  },
);
