import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CapturedBlock } from '../../capture/block.ts';
import { seededRandom } from '../../core/random.ts';
import { admitFile } from '../../registry/admit.ts';
import { ATTRIBUTIONS } from '../drift/drawn-attributions.ts';
import { loggedBlockOf, loggedNumbers, texts } from '../log/testing/blocks.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { AttributionSampler } from './attribution-sampler.ts';
import { alertsIn, nextSeq, QUICK } from './testing/rows.ts';
import { type World, worlds } from './testing/world.ts';

const world = worlds();
const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-attributions-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const random = seededRandom(5);
const PLANS = ['basic', 'plus', 'pro'] as const;
const rowsOf = (count: number, dearer = 0) =>
  Array.from({ length: count }, (_, i) => ({
    age: 20 + 40 * random.next(),
    monthly_fee: 20 + 60 * random.next() + dearer,
    months: Math.floor(60 * random.next()),
    plan: PLANS[i % 3]!,
    payment: i % 2 === 0 ? 'card' : 'invoice',
  }));
type Rows = ReturnType<typeof rowsOf>;

const written = (name: string, text: string): string => {
  const path = join(dataDir, name);
  writeFileSync(path, text);
  return path;
};
const csv = (rows: Rows): string =>
  ['age,monthly_fee,months,plan,payment', ...rows.map((row) => Object.values(row).join(','))].join('\n');

async function bundleWith(files: {
  readonly reference: string;
  readonly background?: string;
}): Promise<string> {
  const path = join(import.meta.dirname, '../../../examples/churn.joblib');
  return (await admitFile(path, { dataDir, name: 'churn', ...files })).bundle;
}

const blockOf = (rows: Rows, from: number): CapturedBlock =>
  loggedBlockOf(
    [
      loggedNumbers('age', ...rows.map(({ age }) => age)),
      loggedNumbers('monthly_fee', ...rows.map(({ monthly_fee: fee }) => fee)),
      loggedNumbers('months', ...rows.map(({ months }) => months)),
      texts('plan', ...rows.map(({ plan }) => plan)),
      texts('payment', ...rows.map(({ payment }) => payment)),
    ],
    [],
    { seq: nextSeq(), from },
  );

/** What fires of answers after so many blocks. */
async function after(of: World, blocks: number, dearer: number, sampler: AttributionSampler) {
  const { intake, watch } = of.start({ sampler });
  for (let k = 0; k < blocks; k++) {
    of.clock.at += 600_000;
    of.leave(blockOf(rowsOf(100, dearer), of.clock.at));
    await intake.look();
    await watch.look();
  }
  await watch.close();
  return (await alertsIn(of)).filter(
    ({ state, labels }) => state === 'firing' && labels.alertname === 'AttributionDrift',
  );
}

test('what moves the answers is watched against the reference, by the rows of a sample, where a background was given', {
  timeout: 60_000,
}, async () => {
  const made = await world(QUICK);
  const reference = written('reference.csv', csv(rowsOf(2000)));
  made.bundle = await bundleWith({ reference, background: written('background.csv', csv(rowsOf(200))) });
  const said: unknown[] = [];
  const sampler = new AttributionSampler(made.clock, { warn: (fields) => said.push(fields) });
  expect(await after(made, 15, 0, sampler)).toEqual([]);
  const profile = (await made.store.profile('churn', 1))!.profile as ReferenceProfile;
  const drawn = profile.outputs.find(({ name }) => name === ATTRIBUTIONS)!;
  expect(drawn).toMatchObject({ sampled: true, type: 'category' });
  expect(drawn.counts.reduce((a, b) => a + b)).toBe(2000);
  const [alert] = await after(made, 20, 60, sampler);
  expect(alert?.told.sentence).toMatch(
    /^attributions moved: PSI .*; monthly_fee makes \d+ % of them \(\d+ % in the reference\)$/,
  );
  expect(said).toEqual([]);
  await sampler.close();
});

test('it is not watched where nobody has asked for explanations, and begins when a background is pushed', {
  timeout: 60_000,
}, async () => {
  const made = await world(QUICK);
  const reference = written('plain.csv', csv(rowsOf(1500)));
  rmSync(join(dataDir, 'bundles'), { recursive: true, force: true });
  made.bundle = await bundleWith({ reference });
  const sampler = new AttributionSampler(made.clock, { warn: () => undefined });
  const watched = async (): Promise<boolean> => {
    const { outputs } = (await made.store.profile('churn', 1))!.profile as ReferenceProfile;
    return outputs.some(({ name }) => name === ATTRIBUTIONS);
  };
  await after(made, 1, 0, sampler);
  expect(await watched()).toBe(false);
  await bundleWith({ reference, background: written('later.csv', csv(rowsOf(100))) });
  await after(made, 2, 0, sampler);
  expect(await watched()).toBe(true);
  await sampler.close();
});
