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
  const block = watchedBlock(
    1000,
    { from: made.clock.at },
    ages(1000).map((x) => x + 30),
  );
  // Well within what the reference has seen.
  const inputs = block.inputs.map((column) =>
    column.name === 'load' && column.values instanceof Float64Array
      ? { ...column, values: column.values.map((x) => 0.1 + 0.8 * x) }
      : column,
  );
  made.leave({ ...block, inputs });
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

test('a column that is ignored later takes nothing from what is known of the others, and begins anew where it no longer is', {
  timeout: 60_000,
}, async () => {
  const made = await withProfile(world(QUICK));
  const { intake, watch } = made.start();
  const leave = (): void =>
    made.leave(
      watchedBlock(
        1000,
        { from: made.clock.at },
        ages(1000).map((x) => x + 30),
      ),
    );
  leave();
  await intake.look();
  await watch.look();
  await watch.keep();
  const endpoint = { name: 'churn', model: 'churn', stable: 1 };
  const set = async (ignore: readonly string[]): Promise<void> => {
    const { generation } = (await made.store.monitor('churn'))!;
    const policy = { ...QUICK, drift: { ignore } };
    await made.store.setMonitor({ endpoint: 'churn', policy, changedAt: 0, changedBy: 'test' }, generation);
    await watch.look();
    await watch.keep();
  };
  const seen = async (): Promise<Readonly<Record<string, string>>> => {
    const { features } = await driftView(made, endpoint, {});
    return Object.fromEntries(features.map(({ feature, state, rows }) => [feature, `${state} ${rows > 0}`]));
  };
  const before = await seen();
  expect(before).toMatchObject({ age: 'drifting true', plan: 'quiet true' });
  await set(['plan']);
  const { plan: _, ...others } = before;
  expect(await seen()).toEqual(others);
  await set([]);
  expect(await seen()).toEqual(others);
  made.clock.at += 60_000;
  leave();
  await intake.look();
  await watch.look();
  await watch.keep();
  expect(await seen()).toEqual(before);
});
