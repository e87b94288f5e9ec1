import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { CapturedBlock } from '../../capture/block.ts';
import { seededRandom } from '../../core/random.ts';
import { admitFile } from '../../registry/admit.ts';
import { LocalMonitoring } from '../local.ts';
import { loggedBlockOf, loggedNumbers, texts } from '../log/testing/blocks.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { alertsIn, nextSeq, QUICK } from './testing/rows.ts';
import { type World, worlds } from './testing/world.ts';

const world = worlds();
const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-given-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const random = seededRandom(11);
const gaussian = (): number => Array.from({ length: 12 }, () => random.next()).reduce((a, b) => a + b) - 6;

interface Customer {
  readonly at: number;
  readonly age: number;
  readonly fee: number;
}

/** One every ten minutes; what they pay has tides of days, and of weekends. */
function customers(from: number, days: number, more = { fee: 0, age: 0 }): Customer[] {
  return Array.from({ length: days * 144 }, (_, k) => {
    const at = from + k * 10 * MINUTE;
    const date = new Date(at);
    const weekend = [0, 6].includes(date.getUTCDay()) ? -8 : 0;
    const tide = 10 * Math.sin((date.getUTCHours() / 12) * Math.PI);
    return { at, age: 20 + 50 * random.next() + more.age, fee: 50 + tide + weekend + gaussian() + more.fee };
  });
}

const plan = ['basic', 'plus', 'pro'] as const;

/** `when`: null leaves the times out. */
function csv(rows: readonly Customer[], when: string | null): string {
  const path = join(dataDir, `reference-${nextSeq()}.csv`);
  const head = `age,monthly_fee,months,plan,payment${when === null ? '' : `,${when}`}`;
  const lines = rows.map(({ at, age, fee }, i) => {
    const time = when === null ? '' : `,${new Date(at).toISOString()}`;
    return `${age},${fee},${i % 60},${plan[i % 3]},card${time}`;
  });
  writeFileSync(path, [head, ...lines].join('\n'));
  return path;
}

/** The bundle of the example, with that reference. */
async function given(reference: string): Promise<string> {
  const path = join(import.meta.dirname, '../../../examples/churn.joblib');
  return (await admitFile(path, { dataDir, name: 'churn', reference })).bundle;
}

function block(rows: readonly Customer[]): CapturedBlock {
  const made = loggedBlockOf(
    [
      loggedNumbers('age', ...rows.map(({ age }) => age)),
      loggedNumbers('monthly_fee', ...rows.map(({ fee }) => fee)),
      loggedNumbers('months', ...rows.map((_, i) => i % 60)),
      texts('plan', ...rows.map((_, i) => plan[i % 3]!)),
      texts('payment', ...rows.map(() => 'card')),
    ],
    [],
    { seq: nextSeq(), from: rows[0]!.at },
  );
  return { ...made, meta: { ...made.meta, at: Float64Array.from(rows, ({ at }) => at) } };
}

/** A day after the other comes and is looked at; answers the alerts of drift that fire then. */
async function live(of: World, days: readonly Customer[][]) {
  const { intake, watch } = of.start();
  for (const day of days) {
    of.clock.at = day.at(-1)!.at + MINUTE;
    of.leave(block(day));
    await intake.look();
    await watch.look();
  }
  await watch.close();
  return (await alertsIn(of)).filter(
    ({ state, labels }) => state === 'firing' && labels.alertname === 'FeatureDrift',
  );
}

const daysOf = (from: number, days: number, more = { fee: 0, age: 0 }): Customer[][] =>
  Array.from({ length: days }, (_, k) => customers(from + k * DAY, 1, more));

const BEGIN = Date.UTC(2026, 10, 2);
const profileIn = async ({ store }: World): Promise<ReferenceProfile> =>
  (await store.profile('churn', 1))!.profile as ReferenceProfile;
const monitoringOf = ({ store, clock }: World): LocalMonitoring =>
  new LocalMonitoring({
    ...{ store, clock, onSet: () => Promise.resolve() },
    endpoint: () => Promise.resolve({ name: 'churn', model: 'churn', stable: 1 }),
    endpoints: () => Promise.reject(new Error('not asked')),
    testReceiver: () => Promise.reject(new Error('not asked')),
    request: () => Promise.reject(new Error('not asked')),
    kept: {
      drift: () => Promise.reject(new Error('not asked')),
      history: () => Promise.reject(new Error('not asked')),
      replay: () => Promise.reject(new Error('not asked')),
    },
  });
const setSeason = (of: World) =>
  monitoringOf(of).setMonitor('churn', { drift: { season: 'week' } }, null, { by: 'test' });

const WEEKLY = { ...QUICK, drift: { season: 'week' } };

test('with hours of the week a shift that is far less than the daily tide fires within days; without them it does not', {
  timeout: 120_000,
}, async () => {
  const bundle = await given(csv(customers(BEGIN - 28 * DAY, 28), 'when'));
  const [seasonal, plain] = [await world(WEEKLY), await world(QUICK)];
  for (const one of [seasonal, plain]) one.bundle = bundle;
  const [quiet, shifted] = [daysOf(BEGIN, 14), daysOf(BEGIN + 14 * DAY, 3, { fee: 2, age: 0 })];
  for (const one of [seasonal, plain]) expect(await live(one, quiet)).toEqual([]);
  const { season, weeks, features } = await profileIn(seasonal);
  expect(season).toBe('week');
  expect(weeks).toBeCloseTo(4, 1);
  const hourly = features.filter((feature) => feature.season !== undefined).map(({ name }) => name);
  expect(hourly).toEqual(['monthly_fee']);
  const [alert] = await live(seasonal, shifted);
  expect(alert?.labels['feature']).toBe('monthly_fee');
  expect(alert?.told.sentence).toContain(', beside what is usual at the hour of the week; ');
  expect(await live(plain, shifted)).toEqual([]);
});

test('a reference without times, or of a few days, is watched without hours of the week, and that is said and refused', {
  timeout: 120_000,
}, async () => {
  for (const [reference, reason] of [
    [csv(customers(BEGIN - 28 * DAY, 28), null), 'has no column of times beside what the model reads'],
    [csv(customers(BEGIN - 5 * DAY, 5), 'when'), 'spans 0.7 weeks'],
  ] as const) {
    const made = await world(WEEKLY);
    made.bundle = await given(reference);
    await live(made, daysOf(BEGIN, 1));
    expect((await profileIn(made)).season).toBeUndefined();
    const [said] = made.said.map(({ fields }) => fields as { readonly code: string; readonly error: string });
    expect(said?.code).toBe('REFERENCE_INVALID');
    expect(said?.error).toContain(`${reason}`);
    expect(said?.error).toContain('push the model again with --reference FILE that has them');
    await expect(setSeason(made)).rejects.toMatchObject({ code: 'MONITOR_INVALID' });
    await expect(setSeason(made)).rejects.toThrow(reason);
    // It is not tried again with each block.
    await live(made, daysOf(BEGIN + DAY, 2));
    expect(made.said).toHaveLength(1);
  }
});

test('who sets or takes back hours of the week has the profile made anew of the same reference', {
  timeout: 120_000,
}, async () => {
  const made = await world(QUICK);
  made.bundle = await given(csv(customers(BEGIN - 28 * DAY, 28), 'when'));
  await live(made, daysOf(BEGIN, 1));
  const first = await profileIn(made);
  expect([first.season, made.said]).toEqual([undefined, []]);
  await setSeason(made);
  made.learning.season = 'week';
  await live(made, daysOf(BEGIN + DAY, 1));
  const second = await profileIn(made);
  expect([second.season, second.digest]).toEqual(['week', first.digest]);
  made.learning.season = 'none';
  await live(made, daysOf(BEGIN + 2 * DAY, 1));
  expect(await profileIn(made)).toEqual(first);
  expect(made.said.map(({ message }) => message)).toEqual(
    new Array(2).fill(
      'the reference profile of this version was made anew: drift is watched against it from now on',
    ),
  );
});

const OLDER = { fee: 0, age: 20 };

test('another reference for the same model bytes is watched against from then on, which is said; the same one again changes nothing', {
  timeout: 120_000,
}, async () => {
  const made = await world(QUICK);
  const [old, recent] = [customers(BEGIN - 28 * DAY, 28), customers(BEGIN - 28 * DAY, 20, OLDER)];
  const file = csv(old, 'when');
  made.bundle = await given(file);
  const [alert] = await live(made, daysOf(BEGIN, 4, OLDER));
  expect(alert?.labels['feature']).toBe('age');
  const before = (await made.store.profile('churn', 1))!;
  await given(file);
  await live(made, daysOf(BEGIN + 4 * DAY, 1, OLDER));
  expect(await made.store.profile('churn', 1)).toEqual(before);
  expect(made.said).toEqual([]);
  await given(csv(recent, 'when'));
  expect(await live(made, daysOf(BEGIN + 5 * DAY, 5, OLDER))).toEqual([]);
  const after = (await made.store.profile('churn', 1))!;
  expect(after.createdAt).toBeGreaterThan(before.createdAt);
  expect((after.profile as ReferenceProfile).rows).toBe(20 * 144);
  const { digest } = before.profile as ReferenceProfile;
  expect(made.said.map(({ fields }) => fields)).toEqual([
    expect.objectContaining({ rows: 20 * 144, replaced: { source: 'bundle', rows: 28 * 144, digest } }),
  ]);
  // A server that begins anew finds it as it is.
  await live(made, daysOf(BEGIN + 10 * DAY, 1, OLDER));
  expect(await made.store.profile('churn', 1)).toEqual(after);
});
