import { expect, test } from 'vitest';
import { driftView } from './local-drift.ts';
import { ages, QUICK, watchedBlock, withProfile } from './watch/testing/rows.ts';
import { worlds } from './watch/testing/world.ts';

const world = worlds();

test('columns that are ignored are left out of what is shown, and the others are shown as they stand', {
  timeout: 60_000,
}, async () => {
  const made = await withProfile(world({ ...QUICK, drift: { ignore: ['plan'] } }));
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
  await watch.keep();
  const endpoint = { name: 'churn', model: 'churn', stable: 1 };
  for (const query of [{}, { hours: 1 }]) {
    const { rows, features } = await driftView(made, endpoint, query);
    expect(rows).toBe(1000);
    const states = Object.fromEntries(features.map(({ feature, state }) => [feature, state]));
    expect(states).toEqual({ age: 'drifting', load: 'quiet', predict: 'quiet' });
    const { reference, current } = features.find(({ feature }) => feature === 'load')!;
    expect(current).toHaveLength(reference.length);
    expect(Math.max(...current.slice(0, 8))).toBe(0);
  }
});
