import { expect, test } from 'vitest';
import type { AlertRow } from '../alerts/alert.ts';
import { ages, alertsIn, QUICK, watchedBlock, withProfile } from './testing/rows.ts';
import { worlds } from './testing/world.ts';

const world = worlds();

test('an endpoint that cannot be looked at keeps none after it from being looked at, and stands as before', async () => {
  const made = await world(QUICK);
  made.endpoints.push({ ...made.endpoints[0]!, name: 'later', model: 'later' });
  const { watch } = made.start();
  await watch.look();
  const before = watch.statuses!.map(({ endpoint, lastSuccessAt }) => ({ endpoint, lastSuccessAt }));
  const first = made.clock.at;
  expect(before.map(({ endpoint }) => endpoint)).toEqual(['churn', 'later']);
  // What is kept of the quality of its version is damaged: only it reads that.
  const kept = made.store.memory.bind(made.store);
  made.store.memory = (kind, name) =>
    name.startsWith('churn') ? Promise.reject(new Error('damaged')) : kept(kind, name);
  made.clock.at += 60_000;
  await watch.look();
  expect(watch.statuses!.map(({ endpoint, lastSuccessAt }) => [endpoint, lastSuccessAt])).toEqual([
    ['churn', first],
    ['later', made.clock.at],
  ]);
  expect(watch.evaluatedAt).toBe(made.clock.at);
});

test('while an endpoint cannot be looked at its alerts are unknown, and fire on; none of them is resolved', {
  timeout: 60_000,
}, async () => {
  const made = await withProfile(world(QUICK));
  const { intake, watch } = made.start();
  made.leave(
    watchedBlock(
      1000,
      { from: made.clock.at },
      ages(1000).map((x) => x + 30),
    ),
  );
  await intake.look();
  await watch.look();
  const isOfAge = ({ labels }: AlertRow): boolean => labels['feature'] === 'age';
  const age = async (): Promise<AlertRow> => (await alertsIn(made)).find(isOfAge)!;
  const { fingerprint } = await age();
  expect(await age()).toMatchObject({ state: 'firing', known: true });
  // Rows like those of the reference come, of which nobody knows how to look at them.
  const profile = made.store.profile.bind(made.store);
  made.store.profile = () => Promise.reject(new Error('damaged'));
  for (let k = 0; k < 5; k++) {
    made.clock.at += 3_600_000;
    await watch.look();
    expect(await age()).toMatchObject({ state: 'firing', known: false, endsAt: null });
  }
  made.store.profile = profile;
  made.leave(watchedBlock(5000, { from: made.clock.at }), watchedBlock(5000, { from: made.clock.at }));
  await intake.look();
  await watch.look();
  made.clock.at += 120_000;
  await watch.look();
  expect((await age()).state).toBe('resolved');
  const { items } = await made.store.alertEvents(fingerprint, { limit: 100 });
  const happened = items.map(({ what }) => what).filter((what) => what !== 'notified');
  expect(happened.toSorted()).toEqual(['firing', 'known', 'pending', 'resolved', 'unknown']);
});
