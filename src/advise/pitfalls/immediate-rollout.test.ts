import { expect, test } from 'vitest';
import type { LateRollout } from './evidence.ts';
import { IMMEDIATE_WITHIN, immediateRollout } from './immediate-rollout.ts';
import { HELD_MOST, stuckRollout } from './stuck-rollout.ts';
import { anEndpoint, NOON } from './testing/evidence.ts';
import { DAY_MS } from './times.ts';

const rollout = (change: Partial<LateRollout> = {}): LateRollout => ({
  ...{ id: 'ro_1', strategy: 'immediate', candidate: 2, stable: 1, startedAt: NOON - DAY_MS, by: 'ana' },
  ...change,
});
const of = (rollouts: readonly LateRollout[], waiting: number | null = null) =>
  immediateRollout(anEndpoint({ rollouts, waiting }), NOON);

test('a replacement at once is told with who, when and which versions', () => {
  expect(of([rollout()])).toMatchObject({
    what: 'Everybody got churn@2 at once',
    evidence: ['2026-11-29 12:00 UTC: version 2 replaced 1 immediately, by ana (ro_1)'],
    fix: 'plimsoll push NEXT_FILE --name churn --rollout canary',
  });
});

test('where a newer version waits, the command names it', () => {
  expect(of([rollout()], 3)?.fix).toBe('plimsoll rollout start churn --to 3 --strategy canary');
});

test('many of them are counted', () => {
  const five = [5, 4, 3, 2, 1].map((day) => rollout({ id: `ro_${day}`, startedAt: NOON - day * DAY_MS }));
  expect(of(five)?.evidence).toHaveLength(4);
  expect(of(five)?.evidence.at(-1)).toBe('and 2 more of these');
});

test('after thirty days, or a staged rollout since, nothing is told', () => {
  expect(of([rollout({ startedAt: NOON - IMMEDIATE_WITHIN + 1 })])).not.toBeNull();
  expect(of([rollout({ startedAt: NOON - IMMEDIATE_WITHIN })])).toBeNull();
  const canary = rollout({ id: 'ro_2', strategy: 'canary', candidate: 3, stable: 2, startedAt: NOON });
  expect(of([canary, rollout()])).toBeNull();
  expect(of([rollout({ startedAt: NOON }), { ...canary, startedAt: NOON - DAY_MS }])).not.toBeNull();
  expect(of([rollout({ candidate: 1 })])).toBeNull();
  expect(of([])).toBeNull();
});

test('a rollout that waits for a person longer than a weekend is told, with why it waits', () => {
  const held = {
    id: 'ro_1',
    strategy: 'canary',
    candidate: 2,
    weight: 25,
    isPaused: false,
    reason: 'Its time is up',
  };
  const waiting = (since: number, isPaused = false) =>
    stuckRollout(anEndpoint({ held: { ...held, since, isPaused } }), NOON);
  expect(waiting(NOON - HELD_MOST)).toMatchObject({
    what: 'Its rollout to version 2 has waited for a person for 3 d',
    evidence: ['ro_1 (canary) holds since 2026-11-27 12:00 UTC, 25 % of units on version 2: Its time is up'],
    fix: 'plimsoll rollout abort churn',
  });
  expect(waiting(NOON - HELD_MOST, true)?.fix).toBe('plimsoll rollout resume churn');
  expect(waiting(NOON - HELD_MOST + 1)).toBeNull();
  expect(stuckRollout(anEndpoint(), NOON)).toBeNull();
});
