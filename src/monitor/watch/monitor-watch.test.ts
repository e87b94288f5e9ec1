import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CapturedBlock } from '../../capture/block.ts';
import { blockFile } from '../../capture/paths.ts';
import { currentViolations } from '../local-quality.ts';
import { loggedNumbers } from '../log/testing/blocks.ts';
import { monitoringMetrics } from '../prometheus/monitoring-metrics.ts';
import { foldOldTicks } from './fold-ticks.ts';
import { unpackTick } from './monitor-tick.ts';
import { ages, alertsIn, nextSeq, QUICK, watchedBlock, withProfile } from './testing/rows.ts';
import { type World, worlds } from './testing/world.ts';

const world = worlds();
const named = async (of: World): Promise<readonly string[]> =>
  (await alertsIn(of))
    .filter(({ state }) => state === 'firing')
    .map(({ labels }) => `${labels.alertname} ${labels['feature'] ?? ''}`.trim())
    .toSorted();

const KNOWN = { name: 'churn', model: 'churn', stable: 1 };

test('values out of range, a frozen column and repeated rows are told of the last day, and are alerts until they are over', {
  timeout: 60_000,
}, async () => {
  const made = await withProfile(world({ ...QUICK, drift: { enabled: false } }));
  const { intake, watch } = made.start();
  const at = made.clock.at;
  made.leave(watchedBlock(2000, { from: at }));
  expect((await intake.look()).rows).toBe(2000);
  await watch.look();
  expect(await named(made)).toEqual([]);
  const same = watchedBlock(1500, { from: at });
  made.leave(
    watchedBlock(
      1000,
      { from: at },
      Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? 900 : 30 + (i % 7))),
    ),
    {
      ...same,
      inputs: [same.inputs[0]!, same.inputs[1]!, loggedNumbers('load', ...new Array(1500).fill(0.25))],
    },
  );
  await intake.look();
  await watch.look();
  expect(await named(made)).toEqual(['FrozenFeature load', 'RangeViolation age']);
  const [frozen, range] = (await alertsIn(made)).toSorted((a, b) =>
    a.labels.alertname < b.labels.alertname ? -1 : 1,
  );
  expect(frozen!.told.sentence).toContain('have the same value, 0.25');
  expect(range!.told.sentence).toMatch(
    /^age: 10\d of 4,500 rows \(2\.\d %\) are out of the reference's range/,
  );
  const kinds = (await currentViolations(made.store, KNOWN, made.clock.at)).map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(['quality.range', 'quality.frozen']));
  // An hour later all is well again.
  made.clock.at += 3_600_000;
  made.leave(watchedBlock(2000, { from: made.clock.at }));
  await intake.look();
  for (let k = 0; k < 3; k++) {
    made.clock.at += 120_000;
    await watch.look();
  }
  expect(await named(made)).toEqual([]);
  const page = monitoringMetrics(watch.statuses!);
  expect(page).toMatch(
    /model_data_violations_total\{endpoint="churn",model_name="churn",model_version="1",check="range"\} 10\d\n/,
  );
  expect(page).toMatch(/monitor_rows_total\{endpoint="churn"\} 6500\n/);
});

test('a column that is frozen for longer than a process lives is found', { timeout: 60_000 }, async () => {
  const made = await withProfile(world({ ...QUICK, drift: { enabled: false } }));
  const frozen = (): CapturedBlock => {
    const same = watchedBlock(600, { from: made.clock.at });
    const load = loggedNumbers('load', ...new Array(600).fill(0.25));
    return { ...same, inputs: [same.inputs[0]!, same.inputs[1]!, load] };
  };
  let streams = made.start().intake.streams;
  for (let k = 0; k < 3; k++) {
    const { intake, watch } = made.start({ streams });
    made.leave(frozen());
    await intake.look();
    await watch.look();
    await watch.close();
    ({ streams } = intake);
  }
  expect(await named(made)).toEqual(['FrozenFeature load']);
});

test('rows that come again are told once they are many, and blocks that are counted again are not such', {
  timeout: 60_000,
}, async () => {
  const made = await withProfile(world(QUICK));
  let refusals = 3;
  const log: typeof made.log = Object.assign(Object.create(made.log), {
    write: (blocks: readonly CapturedBlock[]) =>
      refusals-- > 0 ? Promise.reject(new Error('busy')) : made.log.write(blocks),
  });
  const { intake, watch } = made.start({ log });
  const first = watchedBlock(2000, { from: made.clock.at });
  made.leave(first);
  for (let k = 0; k < 4; k++) {
    await intake.look();
    made.clock.at += 40_000;
  }
  expect(made.waiting()).toEqual([]);
  await watch.look();
  expect(await named(made)).toEqual([]);
  made.leave({ ...first, seq: nextSeq(), from: made.clock.at });
  await intake.look();
  await watch.look();
  expect(await named(made)).toContain('DuplicateRows');
});

test('the same process going on from what is kept says the same as one that never ended', {
  timeout: 60_000,
}, async () => {
  const [whole, broken] = [await withProfile(world(QUICK)), await withProfile(world(QUICK))];
  const blocks = Array.from({ length: 6 }, (_, k) =>
    watchedBlock(
      500,
      { from: whole.clock.at + k * 20_000 },
      k < 3 ? ages(500) : ages(500).map((x) => x + 30),
    ),
  );
  const one = whole.start();
  for (const each of blocks) {
    whole.leave(each);
    broken.leave(each);
    await one.intake.look();
    await one.watch.look();
    // Another process each time; this one never closes.
    const { intake, watch } = broken.start();
    await intake.look();
    await watch.look();
    await watch.keep();
    whole.clock.at += 20_000;
    broken.clock.at += 20_000;
  }
  await one.watch.keep();
  const drift = async ({ store }: World) => (await store.memory('drift', 'churn 1'))!.body;
  expect(await drift(broken)).toEqual(await drift(whole));
  expect(await named(broken)).toEqual(await named(whole));
  expect(await named(whole)).toContain('FeatureDrift age');
});

test('a file that the log refuses alone of all is moved aside, and everything else goes on', {
  timeout: 60_000,
}, async () => {
  const made = await withProfile(world(QUICK));
  const poison = watchedBlock(10);
  const log: typeof made.log = Object.assign(Object.create(made.log), {
    write: (blocks: readonly CapturedBlock[]) =>
      blocks.some(({ seq: of }) => of === poison.seq)
        ? Promise.reject(new Error('no'))
        : made.log.write(blocks),
  });
  const { intake } = made.start({ log });
  made.leave(watchedBlock(10), poison, watchedBlock(10));
  const refused: (string | null)[] = [];
  for (let k = 0; k < 12; k++) {
    if (k > 3) made.leave(watchedBlock(10));
    for (;;) {
      const looked = await intake.look();
      refused.push(looked.refused);
      if (!looked.more) break;
    }
    made.clock.at += 15_000;
  }
  expect(refused).toContain('no');
  expect(made.waiting()).toEqual([]);
  expect(made.bad()).toEqual([blockFile(poison)]);
  const rows = (await made.store.segments({ endpoint: null, from: 0, to: 1e15 })).map((one) => one.rows);
  expect(rows.reduce((a, b) => a + b)).toBe(100);
});

test('where the log takes nothing at all, nothing is moved aside', { timeout: 60_000 }, async () => {
  const made = await withProfile(world(QUICK));
  const log: typeof made.log = Object.assign(Object.create(made.log), {
    write: () => Promise.reject(new Error('no')),
  });
  const { intake } = made.start({ log });
  made.leave(watchedBlock(10), watchedBlock(10));
  for (let k = 0; k < 20; k++) {
    await intake.look();
    made.clock.at += 40_000;
  }
  expect([made.waiting().length, made.bad()]).toEqual([2, []]);
  await made.start().intake.look();
  await made.start().intake.look();
  expect(made.waiting()).toEqual([]);
});

test('a file with which three processes ended is moved aside; those that came with it are taken in', {
  timeout: 60_000,
}, async () => {
  const made = await withProfile(world(QUICK));
  const [good, killer, other] = [watchedBlock(10), watchedBlock(10), watchedBlock(10)];
  made.leave(good, killer, other);
  let ended = 0;
  const log: typeof made.log = Object.assign(Object.create(made.log), {
    write(blocks: readonly CapturedBlock[]) {
      if (!blocks.some(({ seq: of }) => of === killer.seq)) return made.log.write(blocks);
      ended++;
      return new Promise(() => undefined);
    },
  });
  let rows = 0;
  const run = async (): Promise<void> => {
    const { intake } = made.start({ log });
    for (let more = true; more; ) {
      const looked = await intake.look();
      rows += looked.rows;
      more = looked.more;
    }
  };
  for (let processes = 0; processes < 5; processes++) await Promise.race([run(), wait(1000)]);
  expect([ended, rows]).toEqual([4, 20]);
  expect(made.bad()).toEqual([blockFile(killer)]);
  expect(made.waiting()).toEqual([]);
});

test('first rows become the reference, and those that came with them but after are counted by it', {
  timeout: 60_000,
}, async () => {
  const made = await world({ drift: { warmup: 1000 } });
  const { intake, watch } = made.start();
  const at = made.clock.at;
  made.leave(...Array.from({ length: 5 }, (_, k) => watchedBlock(400, { from: at + k * 10_000 })));
  while ((await intake.look()).more);
  await watch.look();
  await watch.keep();
  const profile = await made.store.profile('churn', 1);
  expect((profile!.profile as { rows: number }).rows).toBe(1200);
  const drift = (await made.store.memory('drift', 'churn 1'))!.body as { rows: number };
  expect(drift.rows).toBe(800);
});

test('ticks of before yesterday are kept by the hour, with the same sums, and detectors go on as they were', {
  timeout: 120_000,
}, async () => {
  const made = await withProfile(world(QUICK));
  const { intake, watch } = made.start();
  const begin = made.clock.at;
  const HOUR = 3_600_000;
  // Three days, in which every ten minutes something comes.
  for (let at = begin; at < begin + 72 * HOUR; at += HOUR / 6) {
    made.leave(watchedBlock(20, { from: at }));
    if (made.waiting().length < 36) continue;
    made.clock.at = at;
    while ((await intake.look()).more);
    await watch.look();
  }
  made.clock.at = begin + 72 * HOUR;
  while ((await intake.look()).more);
  await watch.look();
  await watch.keep();
  const all = () => made.store.ticks({ endpoint: 'churn', version: 1, from: 0, to: 1e15 });
  const sum = (ticks: Awaited<ReturnType<typeof all>>) => {
    const counts = ticks.map(({ counts: packed }) => unpackTick(packed).counts.features[0]!);
    return counts.reduce((a, b) => a.map((x, k) => x + b[k]!));
  };
  const before = await all();
  const folded = await foldOldTicks({
    store: made.store,
    before: made.clock.at - 24 * HOUR,
    read: watch.kept,
  });
  const after = await all();
  expect(folded).toBe(48 * 6);
  expect(before.length).toBe(72 * 6);
  // Forty-eight hours, and pages that end within one.
  expect(after.length).toBeLessThanOrEqual(48 + 2 + 24 * 6);
  expect(sum(after)).toEqual(sum(before));
  const memory = (await made.store.memory('drift', 'churn 1'))!.body;
  await watch.look();
  await watch.keep();
  expect((await made.store.memory('drift', 'churn 1'))!.body).toEqual(memory);
  const next = made.start();
  await next.watch.look();
  await next.watch.keep();
  expect((await made.store.memory('drift', 'churn 1'))!.body).toEqual(memory);
  // What nobody has read yet stays.
  expect(await foldOldTicks({ store: made.store, before: 1e15, read: 0 })).toBe(0);
  await made.store.forget({ ticks: made.clock.at - 12 * HOUR, events: 0, blocks: 0 });
  expect((await all()).length).toBeLessThanOrEqual(12 * 6);
});

test('an alert of a column that is ignored from now on ends, those of other columns stay', {
  timeout: 60_000,
}, async () => {
  const made = await withProfile(world(QUICK));
  const { intake, watch } = made.start();
  const rows = watchedBlock(
    2000,
    { from: made.clock.at },
    ages(2000).map((age) => 20 + (age - 20) * 0.4),
  );
  const missing = Array.from({ length: 2000 }, (_, k) => (k % 2 === 0 ? Number.NaN : k / 2000));
  made.leave({ ...rows, inputs: [rows.inputs[0]!, rows.inputs[1]!, loggedNumbers('load', ...missing)] });
  await intake.look();
  await watch.look();
  expect(await named(made)).toEqual(['FeatureDrift age', 'MissingValues load']);
  for (const [ignore, left] of [
    [['age'], ['MissingValues load']],
    [['age', 'load'], []],
  ] as const) {
    const { generation } = (await made.store.monitor('churn'))!;
    const policy = { ...QUICK, quality: { violations: 1 }, drift: { ignore } };
    await made.store.setMonitor({ endpoint: 'churn', policy, changedAt: 0, changedBy: 'test' }, generation);
    await watch.look();
    expect(await named(made)).toEqual(left);
    // Nothing came since: what was known of the others still is.
    expect((await alertsIn(made)).every(({ state, known }) => state !== 'firing' || known)).toBe(true);
  }
});
