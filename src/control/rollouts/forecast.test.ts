import { describe, expect, it } from 'vitest';
import { foldEvent, startedState } from './fold-event.ts';
import { rolloutForecast } from './forecast.ts';
import { type RolloutSnapshot, rolloutSnapshot } from './rollout-snapshot.ts';
import { NO_ROLLOUT_TOTALS } from './rollout-totals.ts';
import { machineOf } from './strategy-machines.ts';

const row = {
  id: 'ro_1',
  endpoint: 'm',
  strategy: 'canary',
  candidate: 2,
  stable: 1,
  binding: { candidate: 'c', stable: 's', policyHash: 'p' },
  policy: null,
  seed: 1,
  reason: '',
  by: 'ann',
  startedAt: 0,
  endedAt: null,
  state: 'running',
  rolledBackAutomatically: false,
} as const;

/** A canary that was begun five minutes ago, with so many windows and units of stable. */
function standing(windows: number, units: number): RolloutSnapshot {
  const machine = machineOf('canary');
  const body = { rolledBackBefore: false };
  const event = { rollout: 'ro_1', seq: 0, at: 0, kind: 'start', body, units: null } as const;
  const tick = { ...event, seq: 1, at: 300_000, kind: 'tick', body: null } as const;
  const { after } = foldEvent(machine, startedState(machine, row, event), tick);
  const arm = (count: number, failures: number) => ({ units: count, failures, latency: [] });
  const totals = { ...NO_ROLLOUT_TOTALS, windows, arms: [arm(0, 0), arm(units, units / 100)] };
  return rolloutSnapshot(row, machine, { ...after, totals });
}

const before = { rate: 7, errorShare: 0.002, units: null, over: 600_000 };

describe('the forecast of a rollout', () => {
  it('is at the traffic that it has seen', () => {
    const forecast = rolloutForecast(standing(5, 3000), before);
    expect(forecast).toMatchObject({ basis: 'rollout', rate: 10, errorRate: 0.01 });
    expect(forecast!.stages.map(({ stage }) => stage)).toEqual([0, 1, 2, 3]);
  });

  it('is at that of its endpoint while it has seen little, and none where that is unknown', () => {
    for (const [windows, units] of [
      [4, 3000],
      [5, 99],
    ] as const) {
      expect(rolloutForecast(standing(windows, units), before)).toMatchObject({
        ...{ basis: 'endpoint', rate: 7, errorRate: 0.002 },
      });
      expect(rolloutForecast(standing(windows, units), null)).toBeNull();
    }
  });

  it('expects no promotion where the units of its endpoint are too few, at its own traffic too', () => {
    for (const [windows, basis] of [
      [4, 'endpoint'],
      [5, 'rollout'],
    ] as const) {
      const forecast = rolloutForecast(standing(windows, 3000), { ...before, units: 200 });
      expect(forecast).toMatchObject({ basis, certificate: null, promotion: null });
      expect(forecast!.stages.map(({ end }) => end !== null)).toEqual([true, false, false, false]);
    }
  });

  it('is none of a rollout that is over', () => {
    const over = standing(5, 3000);
    expect(rolloutForecast({ ...over, row: { ...over.row, endedAt: 1 } }, before)).toBeNull();
  });
});
