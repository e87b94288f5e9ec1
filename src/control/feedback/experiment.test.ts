/**
 * An experiment over three weeks of an invented clock, through what live ones go through but the network: answers in the
 * store, revenue posted by unit a day later, labels by request three days later, cohorts, machine.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { unitBucket } from '../../rollout/canary-split.ts';
import { blankWindow } from '../../rollout/collect/testing/parts.ts';
import { experiment } from '../../rollout/experiment/machine.ts';
import type { ExperimentState } from '../../rollout/experiment/state.ts';
import { type ExperimentView, experimentView } from '../../rollout/experiment/view.ts';
import { singleVersionRoute } from '../../rollout/route.ts';
import { unitHash } from '../../rollout/unit-hash.ts';
import { openStore } from '../../store/open.ts';
import type { AnswerRow, RolloutRow, Store } from '../../store/store.ts';
import type { FeedbackItem } from '../port.ts';
import { acceptFeedback } from './feedback.ts';
import { maturedFrom } from './maturity.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-01T00:00:00Z');

const POLICY = {
  window: '1h',
  primary: { metric: 'revenue', maturity: '2d' },
  metrics: [{ metric: 'accuracy', maturity: '4d', bounds: [0, 1] }],
  maxTime: '30d',
};

const ROLLOUT: RolloutRow = {
  ...{ id: 'ro_1', endpoint: 'offers', strategy: 'ab', candidate: 2, stable: 1 },
  ...{
    binding: { candidate: 'b', stable: 'a', policyHash: 'p' },
    policy: POLICY,
    seed: 5,
    reason: '',
    by: 'ada',
  },
  ...{ startedAt: START, endedAt: null, state: 'running', rolledBackAutomatically: false },
};

let store: Store;
beforeEach(async () => {
  store = await openStore('sqlite::memory:');
  const route = singleVersionRoute('offers', 'offers', 1, 1);
  await store.tables.endpoints.insert(
    {
      ...{ name: 'offers', model: 'offers', generation: 1, route },
      ...{ stable: 1, previous: null, rollout: 'ro_1', createdAt: 0 },
    },
    { at: 0, by: 'ada', reason: '' },
  );
  await store.tables.rollouts.insert(ROLLOUT);
});
afterEach(() => store.close());

interface Lived {
  readonly state: ExperimentState;
  readonly views: readonly ExperimentView[];
  /** Hours until it was over. */
  readonly hours: number;
}

/** People come back, buy, and turn out to be as they are; `lift` is what the candidate makes of revenue. */
async function live(lift: number, seed: number): Promise<Lived> {
  const random = seededRandom(seed);
  const maturedOf = maturedFrom(store);
  const posted: { readonly at: number; readonly item: FeedbackItem }[] = [];
  const views: ExperimentView[] = [];
  let state = experiment.start({
    ...{ attempt: 'ro_1', candidate: 2, stable: 1, binding: ROLLOUT.binding, policy: POLICY },
    ...{ now: START, fence: 0, rolledBackBefore: false },
  });
  ({ state } = experiment.decide(state, { kind: 'tick' }, START));

  const visit = (window: number, i: number): AnswerRow => {
    // Four in five are new, the others have been here before.
    const person = random.next() < 0.8 ? `p${window}-${i}` : `p${Math.floor(random.next() * window)}-${i}`;
    const { ranges } = experiment.plan(state);
    const bucket = unitBucket(person, ROLLOUT.seed);
    const { arm } = ranges.find(({ from, to }) => from <= bucket && bucket < to)!;
    const at = START + window * HOUR + i * 1000;
    const requestId = `q${window}-${i}`;
    const spent = random.next() < 0.3 ? 10 * (1 + random.next()) * (arm === 1 ? lift : 1) : 0;
    const about = { endpoint: 'offers', time: new Date(at + 1000).toISOString() };
    if (spent > 0)
      posted.push({ at: at + DAY, item: { ...about, unit: person, metric: 'revenue', value: spent } });
    const label = random.next() < 0.8 ? 'yes' : 'no';
    posted.push({ at: at + 3 * DAY, item: { ...about, requestId, label } });
    return { rollout: 'ro_1', requestId, unit: unitHash(person), arm: arm ?? 0, window, at, answer: 'yes' };
  };

  let window = 0;
  for (; window < 24 * 25 && state.phase.kind === 'running'; window++) {
    const now = START + (window + 1) * HOUR;
    await store.tables.feedback.insertAnswers(Array.from({ length: 30 }, (_, i) => visit(window, i)));
    const due = posted.filter(({ at }) => at < now);
    await acceptFeedback(
      store.tables,
      due.map(({ item }) => item),
      now,
    );
    posted.splice(0, posted.length, ...posted.filter(({ at }) => at >= now));
    const { outcomes } = await maturedOf(
      ROLLOUT,
      experiment.needs(state),
      { window, shares: [0.5, 0.5] },
      now,
    );
    const closed = blankWindow({ window, start: now - HOUR, outcomes });
    ({ state } = experiment.decide(state, { kind: 'window', window: closed }, now));
    views.push(experimentView(state));
  }
  return { state, views, hours: window };
}

test('the winner is declared by revenue that is posted by unit, with an interval at every look', async () => {
  const { state, views, hours } = await live(1.3, 1);
  const last = views.at(-1)!;
  expect(last.winner).toBe('candidate');
  expect(experiment.plan(state).settled).toMatchObject({ version: 2, state: 'promoted' });
  // Nobody was judged before two days of theirs had passed.
  expect(hours).toBeGreaterThan(48);
  expect(views.slice(0, 47).every(({ looks }) => looks.length === 0)).toBe(true);
  for (const look of last.looks.filter(({ lower }) => lower !== null))
    expect(look.lower!).toBeLessThanOrEqual(look.estimate!);
  expect(last.looks.length).toBeGreaterThanOrEqual(hours - 50);
  // Three in ten spend 15 on average each visit: about 4.5, and 1.35 more.
  const [revenue] = last.metrics;
  expect(revenue!.lower).toBeGreaterThan(0);
  expect(revenue!.upper).toBeGreaterThan(1);
  console.log(
    `+30 %: promoted after ${hours} h, ${revenue!.estimate!.toFixed(2)} a unit (${revenue!.lower!.toFixed(2)} to ${revenue!.upper!.toFixed(2)})`,
  );
});

test('the loser is rolled back and never promoted; labels three days late are counted', async () => {
  const { state, views, hours } = await live(0.85, 2);
  expect(state.phase).toEqual({ kind: 'rolled-back', cause: 'primary' });
  expect(views.every(({ winner }) => winner === null)).toBe(true);
  const accuracy = views.at(-1)!.metrics[1]!;
  expect(accuracy.metric).toBe('accuracy');
  expect(accuracy.units[0] + accuracy.units[1]).toBeGreaterThan(20 * (hours - 24 * 4 - 2));
  expect(accuracy.controlMean).toBeCloseTo(0.8, 1);
  console.log(`−15 %: rolled back after ${hours} h`);
});
