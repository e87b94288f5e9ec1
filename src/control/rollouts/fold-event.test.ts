import { expect, it } from 'vitest';
import { packUnits } from '../../rollout/collect/packed-units.ts';
import { blankWindow } from '../../rollout/collect/testing/parts.ts';
import { windowJson } from '../../rollout/collect/window-json.ts';
import { NO_ARM_COUNTS } from '../../rollout/recorded-window.ts';
import { openStore } from '../../store/open.ts';
import type { RolloutEventRow } from '../../store/store.ts';
import { rejectionCodeOf } from '../../store/testing/stores.ts';
import { foldEvent, startedState } from './fold-event.ts';
import { foldLog } from './rollout-log.ts';
import { machineOf } from './strategy-machines.ts';
import { rolloutRow, WORLD_START } from './testing/world.ts';

const row = rolloutRow();
const machine = machineOf('canary');
const eventOf = (seq: number, kind: RolloutEventRow['kind'], body: unknown = null): RolloutEventRow => ({
  rollout: row.id,
  seq,
  at: WORLD_START + seq * 1000,
  kind,
  body,
  units: null,
});
const closed = blankWindow({
  rollout: row.id,
  start: WORLD_START,
  shares: [0.05, 0.95],
  arms: [
    { ...NO_ARM_COUNTS, units: 20 },
    { ...NO_ARM_COUNTS, units: 380 },
  ],
});
const start = eventOf(0, 'start', { rolledBackBefore: false });

it('a window that is told twice counts once', () => {
  const window = (seq: number) => eventOf(seq, 'window', JSON.parse(JSON.stringify(windowJson(closed))));
  const once = foldEvent(machine, startedState(machine, row, start), window(1)).after;
  const twice = foldEvent(machine, once, window(2)).after;
  expect(twice.totals).toBe(once.totals);
  expect(machine.status(twice.state).progress).toMatchObject({ candidateUnits: 20, stableUnits: 380 });
});

it('a baseline changes the marks and nothing that is decided', () => {
  const before = startedState(machine, row, start);
  const marks = { slow: [{ name: 'p50', millis: 3 }], shifted: [] };
  const { after, actions } = foldEvent(machine, before, eventOf(1, 'baseline', marks));
  expect(after).toEqual({ ...before, seq: 2, at: WORLD_START + 1000, marks });
  expect(actions).toEqual([]);
});

it('a log is folded to its end however long it is, with every window told of, and an empty one is refused', async () => {
  const store = await openStore('sqlite::memory:');
  try {
    expect(await rejectionCodeOf(foldLog(store, machine, row))).toBe('INTERNAL');
    await store.tables.rollouts.append(start);
    const units = packUnits({ sampling: 0, high: [1], low: [2], word: [1], history: [0], pair: [0] });
    for (let i = 0; i < 250; i++) {
      const body = windowJson({ ...closed, window: i });
      await store.tables.rollouts.append({ ...eventOf(i + 1, 'window', body), units });
    }
    const told: number[] = [];
    const folded = await foldLog(store, machine, row, (stored) => {
      expect(stored.units).toEqual(units);
      told.push(stored.closed.window);
    });
    expect(folded).toMatchObject({ seq: 251, window: 249, totals: { windows: 250 } });
    expect(told).toEqual(Array.from({ length: 250 }, (_, i) => i));
  } finally {
    await store.close();
  }
});
