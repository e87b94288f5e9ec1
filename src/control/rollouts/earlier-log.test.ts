/** Logs of rollouts that were recorded before units were told apart over windows (commit fedb0461), with what was decided then. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { required } from '../../core/element-at.ts';
import { unpackUnits } from '../../rollout/collect/packed-units.ts';
import type { RolloutEventRow } from '../../store/store.ts';
import { foldEvent, startedState } from './fold-event.ts';
import { machineOf } from './strategy-machines.ts';
import { rolloutRow } from './testing/world.ts';

interface EarlierLog {
  readonly name: string;
  readonly policy: unknown;
  readonly events: readonly (Omit<RolloutEventRow, 'rollout' | 'units'> & {
    readonly units: string | null;
  })[];
  /** After each event but the first. */
  readonly decided: readonly unknown[];
  readonly totals: readonly unknown[];
}

const file = new URL('../../../fixtures/rollouts/logs-without-distinct.json', import.meta.url);
const logs = JSON.parse(readFileSync(file, 'utf8')) as EarlierLog[];
const machine = machineOf('canary');

describe.each(logs)('a log of an earlier version, $name', ({ policy, events, decided, totals }) => {
  const row = rolloutRow({ policy });
  const rows = events.map(
    ({ units, ...event }): RolloutEventRow => ({
      ...event,
      rollout: row.id,
      units: units === null ? null : new Uint8Array(Buffer.from(units, 'base64')),
    }),
  );

  it('says of no window which units were distinct', () => {
    const arms = rows.flatMap(({ body }) => (body as { arms?: readonly object[] } | null)?.arms ?? []);
    expect(arms.length).toBeGreaterThan(0);
    expect(arms.filter((arm) => 'distinct' in arm)).toEqual([]);
  });

  it('comes to the same decisions and the same counts', () => {
    let folded = startedState(machine, row, rows[0]!);
    const now = rows.slice(1).map((event) => {
      const { after, actions } = foldEvent(machine, folded, event);
      folded = after;
      const { state, stage, weight, harmedUnits, progress: told } = machine.status(after.state);
      const { gates: _, split: __, deadline: ___, ...progress } = required(told, 'stages');
      const { verdict, reason } = after;
      return { verdict, reason, state, stage, weight, harmedUnits, progress, actions };
    });
    expect(JSON.parse(JSON.stringify(now))).toEqual(decided);
    expect(folded.totals.arms.map(({ units, failures }) => ({ units, failures }))).toEqual(totals);
  });

  it('has its units read, whose histories begin anew', () => {
    const packed = rows.flatMap(({ units }) => (units === null ? [] : [unpackUnits(units, 0)]));
    expect(packed.length).toBeGreaterThan(0);
    for (const { high, history } of packed) {
      expect(high.length).toBeGreaterThan(0);
      expect(history.every((word) => word === 0)).toBe(true);
    }
  });
});
