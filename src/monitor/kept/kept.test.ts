import { expect, test } from 'vitest';
import { ages, alertsIn, QUICK, watchedBlock, withProfile } from '../watch/testing/rows.ts';
import { type World, worlds } from '../watch/testing/world.ts';
import { featureHistory } from './feature-history.ts';
import { type PolicyReplay, replayPolicies } from './policy-replay.ts';

const HOUR = 3_600_000;
const world = worlds();
const RECEIVED = {
  ...QUICK,
  receivers: { ops: { kind: 'webhook', url: 'http://127.0.0.1:9/hook' } },
};

const young = (age: number): number => 20 + (age - 20) * 0.4;
const old = (age: number): number => age + 30;

/** Two hours like the reference, then one in which everybody is younger, or something else; watched as it came. */
async function drifted(moved = young, policy: object = RECEIVED): Promise<World> {
  const made = await withProfile(world(policy));
  const { intake, watch } = made.start();
  for (const change of [(age: number) => age, (age: number) => age, moved]) {
    made.leave(watchedBlock(1000, { from: made.clock.at }, ages(1000).map(change)));
    await intake.look();
    made.clock.at += 120_000;
    await watch.look();
    made.clock.at += HOUR - 120_000;
  }
  await watch.close();
  return made;
}

const of = { endpoint: 'churn', model: 'churn', version: 1 };

async function replayed(
  { store, clock }: World,
  document: unknown,
  more: { isOver?: () => boolean; told?: number[] } = {},
): Promise<PolicyReplay> {
  return replayPolicies(
    { store, isOver: more.isOver ?? (() => false), onProgress: ({ share }) => more.told?.push(share) },
    { ...of, document, from: clock.at - 24 * HOUR, to: clock.at },
  );
}

test('the policy in force fires in a replay as it has fired, and another one as it would have', {
  timeout: 60_000,
}, async () => {
  const made = await drifted();
  const fired = (await alertsIn(made)).filter(({ firings }) => firings.length > 0);
  const told: number[] = [];
  const found = await replayed(made, { ...RECEIVED, drift: { ignore: ['age'] } }, { told });
  expect(found).toMatchObject({ rows: 3000, skipped: 0, isWhole: true, notes: [] });
  expect(found.to - found.from).toBeGreaterThan(2 * HOUR);
  const names = ({ episodes }: PolicyReplay['present']) =>
    episodes.map(({ alertname, feature }) => `${alertname} ${feature}`);
  expect(names(found.present)).toEqual(['FeatureDrift age']);
  expect(names(found.present)).toEqual(fired.map(({ labels }) => `${labels.alertname} ${labels['feature']}`));
  expect(found.present.episodes[0]).toMatchObject({ severity: 'ticket', endedAt: null, threshold: 0.05 });
  expect(found.present.episodes[0]!.sentence).toMatch(/^age moved: PSI \d/);
  expect(found.present.notices).toEqual([{ receiver: 'ops', notices: expect.any(Number) }]);
  expect(found.changed).toMatchObject({ fired: 0, episodes: [], notices: [] });
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.length).toBe(3);
});

test('a replay changes nothing of what is watched', { timeout: 60_000 }, async () => {
  const made = await drifted();
  const before = [await alertsIn(made), await made.store.memories('drift')];
  await replayed(made, {});
  expect([await alertsIn(made), await made.store.memories('drift')]).toEqual(before);
});

test('an alert waits as long as its policy says, also where no rows come meanwhile', {
  timeout: 60_000,
}, async () => {
  const made = await drifted();
  const { present, changed } = await replayed(made, { ...RECEIVED, alerts: { ...QUICK.alerts, for: '3h' } });
  expect([present.fired, changed.fired]).toEqual([1, 0]);
  const within = await replayed(made, { ...RECEIVED, alerts: { ...QUICK.alerts, for: '20m' } });
  const [at, later] = [within.present, within.changed].map(({ episodes }) => episodes[0]!.firedAt);
  expect(later! - at!).toBeGreaterThanOrEqual(20 * 60_000);
  expect(later! - at!).toBeLessThan(40 * 60_000);
});

test('what time does not suffice for is said, with what was found until then', {
  timeout: 60_000,
}, async () => {
  const made = await drifted();
  let looks = 0;
  const found = await replayed(made, {}, { isOver: () => ++looks > 2 });
  expect(found).toMatchObject({ isWhole: false, rows: 2000, present: { fired: 0 } });
});

test('rows that were counted against another reference are told, and none is there without a reference', {
  timeout: 60_000,
}, async () => {
  const made = await drifted();
  const row = (await made.store.profile('churn', 1))!;
  await made.store.setProfile({ ...row, createdAt: 2 });
  expect(await replayed(made, {})).toMatchObject({
    rows: 0,
    skipped: 3000,
    from: 0,
    to: 0,
    present: { fired: 0 },
  });
  expect(await replayed(await world(), {})).toMatchObject({ rows: 0, skipped: 0 });
});

test('a document that is no policy is refused, and what cannot be replayed of one is said', {
  timeout: 60_000,
}, async () => {
  const made = await drifted();
  await expect(replayed(made, { drift: { minimumPsy: 1 } })).rejects.toMatchObject({
    code: 'MONITOR_INVALID',
  });
  const { notes } = await replayed(made, {
    accuracy: { minimumLoss: 0.1 },
    operations: { availability: 0.9 },
  });
  expect(notes).toHaveLength(2);
});

test('a feature has a point an hour, or a day, with its effect and what was wrong with its rows', {
  timeout: 60_000,
}, async () => {
  const made = await drifted(old);
  const history = (feature: string, days: number, side: 'input' | 'output' = 'input') =>
    featureHistory(made.store, {
      ...of,
      feature,
      side,
      from: made.clock.at - days * 24 * HOUR,
      to: made.clock.at,
    });
  const { step, points } = (await history('age', 2))!;
  expect(step).toBe(HOUR);
  expect(points.map(({ rows }) => rows)).toEqual([1000, 1000, 1000]);
  const [first, second, third] = points;
  expect(Math.max(first!.effect.low, second!.effect.low)).toBeLessThan(0.05);
  expect(third!.effect.low).toBeGreaterThan(0.5);
  expect(third!.effect.high).toBeGreaterThan(third!.effect.value);
  expect(first!.beyond).toBeLessThan(0.01);
  expect(third!.beyond).toBeGreaterThan(0.4);
  const days = (await history('age', 30))!;
  expect(days.points.reduce((sum, { rows }) => sum + rows, 0)).toBe(3000);
  expect(days.step).toBe(24 * HOUR);
  expect((await history('predict', 2, 'output'))!.points).toHaveLength(3);
  expect(await history('predict', 2, 'input')).toBeNull();
});
