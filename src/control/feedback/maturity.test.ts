import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MaturedOutcomes, parseMatured } from '../../rollout/experiment/outcomes.ts';
import type { CollectionNeeds, MetricNeed } from '../../rollout/strategy-machine.ts';
import { openStore } from '../../store/open.ts';
import type { AnswerRow, FeedbackRow, RolloutRow, Store } from '../../store/store.ts';
import type { MaturedValues } from '../rollouts/matured-values.ts';
import { maturedFrom } from './maturity.ts';

const MINUTE = 60_000;

const ROLLOUT: RolloutRow = {
  ...{ id: 'ro_1', endpoint: 'churn', strategy: 'ab', candidate: 2, stable: 1 },
  ...{
    binding: { candidate: 'b', stable: 'a', policyHash: 'p' },
    policy: {},
    seed: 1,
    reason: '',
    by: 'ada',
  },
  ...{ startedAt: 0, endedAt: null, state: 'running', rolledBackAutomatically: false },
};

const metric = (change: Partial<MetricNeed> = {}): MetricNeed => ({
  ...{ name: 'revenue', maturity: 3 * MINUTE, covariate: null, cap: null, wantsValues: true },
  ...change,
});

const needs = (change: Partial<CollectionNeeds> = {}): CollectionNeeds => ({
  ...{ window: MINUTE, watermark: 0, latency: false, slack: 0, outputs: false, control: 1 },
  ...{ labels: { maturity: 3 * MINUTE }, metrics: [metric()], segment: null },
  ...change,
});

const answer = (requestId: string, change: Partial<AnswerRow>): AnswerRow => ({
  ...{ rollout: 'ro_1', requestId, unit: null, arm: 0, window: 0, at: 0, answer: 'yes' },
  ...change,
});

const feedback = (change: Partial<FeedbackRow>): FeedbackRow => ({
  ...{ endpoint: 'churn', requestId: null, unit: null, metric: 'revenue', value: '1', at: 0, receivedAt: 0 },
  ...change,
});

async function opened(): Promise<Store> {
  const store = await openStore('sqlite::memory:');
  await store.tables.rollouts.insert(ROLLOUT);
  return store;
}

interface Played {
  readonly answers: readonly AnswerRow[];
  /** With the time of arrival, at which it is inserted. */
  readonly feedback: readonly FeedbackRow[];
  readonly windows: number;
  readonly wanted?: CollectionNeeds;
  /** Windows after which the process is another one. */
  readonly restarts?: readonly number[];
  readonly sharesIn?: (window: number) => readonly number[];
  /** When a window is closed. @default its minute is over */
  readonly endOf?: (window: number) => number;
}

/** Closes window after window at the end of its minute, as the controller does, and keeps what it was told. */
async function play({
  answers,
  feedback: rows,
  windows,
  wanted = needs(),
  restarts = [],
  sharesIn = () => [0.5, 0.5],
  endOf = (window) => (window + 1) * MINUTE,
}: Played): Promise<MaturedValues[]> {
  const store = await opened();
  let maturedOf = maturedFrom(store);
  const found: MaturedValues[] = [];
  let arrived = 0;
  const inOrder = [...rows].sort((a, b) => a.receivedAt - b.receivedAt);
  for (let window = 0; window < windows; window++) {
    const now = endOf(window);
    await store.tables.feedback.insertAnswers(answers.filter((row) => row.window === window));
    const until = inOrder.findLastIndex(({ receivedAt }) => receivedAt < now) + 1;
    await store.tables.feedback.insert(inOrder.slice(arrived, until));
    arrived = Math.max(arrived, until);
    const shares = sharesIn(window);
    const matured = await maturedOf(ROLLOUT, wanted, { window, shares }, now);
    found.push(matured);
    const body = { window, shares, outcomes: matured.outcomes };
    const event = { rollout: 'ro_1', seq: window, at: now, kind: 'window', body, units: null } as const;
    await store.tables.rollouts.append(event);
    if (restarts.includes(window)) maturedOf = maturedFrom(store);
  }
  await store.close();
  return found;
}

const outcomesIn = (played: readonly MaturedValues[]): MaturedOutcomes[] =>
  played.map(({ outcomes }) => parseMatured(outcomes));

test('a window is taken once, when it has been closed for as long as its values take', async () => {
  const played = await play({
    answers: [answer('q1', { unit: 'aa', at: 1 }), answer('q2', { unit: 'bb', arm: 1, at: 2 })],
    feedback: [feedback({ unit: 'aa', value: '5', at: 10, receivedAt: 10 })],
    windows: 8,
  });
  const cohorts = outcomesIn(played).map((matured) => matured.cohorts);
  expect(cohorts.map((list) => list.length)).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
  expect(cohorts[3]![0]).toEqual({
    metric: 'revenue',
    window: 0,
    start: 1,
    arms: [
      { n: 1, y: 5, x: 0, yy: 25, xx: 0, xy: 0, active: 1 },
      { n: 1, y: 0, x: 0, yy: 0, xx: 0, xy: 0, active: 0 },
    ],
    values: [
      [0, 5],
      [1, 0],
    ],
  });
});

test('values count by unit and by request, from the first answer to the maturity, and up to the cap', async () => {
  const played = await play({
    answers: [
      answer('q1', { unit: 'aa', at: 100 }),
      answer('q2', { unit: 'aa', at: 70_000, window: 1, arm: 1 }),
      answer('q3', { at: 200 }),
    ],
    feedback: [
      feedback({ requestId: 'q2', value: '2', at: 71_000 }),
      feedback({ unit: 'aa', value: '4', at: 100 }),
      feedback({ unit: 'aa', value: '8', at: 99 }),
      feedback({ unit: 'aa', value: '16', at: 100 + 3 * MINUTE }),
      feedback({ requestId: 'q3', value: '32', at: 300 }),
    ],
    windows: 6,
    wanted: needs({ metrics: [metric({ cap: 20 })] }),
  });
  const [cohort] = outcomesIn(played).flatMap(({ cohorts }) => cohorts);
  expect(cohort!.values).toEqual([
    [0, 6],
    [0, 20],
  ]);
});

test('a covariate is what happened in the four weeks before the first answer', async () => {
  const day = 86_400_000;
  const played = await play({
    answers: [answer('q1', { unit: 'aa', at: 1000 })],
    feedback: [
      feedback({ unit: 'aa', metric: 'spent', value: '3', at: 999 }),
      feedback({ unit: 'aa', metric: 'spent', value: '4', at: 1000 - 28 * day }),
      feedback({ unit: 'aa', metric: 'spent', value: '50', at: 1000 }),
      feedback({ unit: 'aa', metric: 'spent', value: '60', at: 999 - 28 * day }),
      feedback({ unit: 'aa', value: '2', at: 1000 }),
    ],
    windows: 5,
    wanted: needs({ metrics: [metric({ covariate: 'spent' })] }),
  });
  const [cohort] = outcomesIn(played).flatMap(({ cohorts }) => cohorts);
  expect(cohort!.arms[0]).toMatchObject({ n: 1, y: 2, x: 7, xy: 14 });
});

test('labels count in the window in which they are due, and later ones nowhere', async () => {
  const played = await play({
    answers: [answer('q1', { unit: 'aa' }), answer('q2', { arm: 1 }), answer('q3', { arm: 1 })],
    feedback: [
      feedback({ requestId: 'q1', metric: 'label', value: 'no', receivedAt: 2 * MINUTE }),
      feedback({ requestId: 'q2', metric: 'label', value: 'yes', receivedAt: MINUTE }),
      feedback({ requestId: 'q3', metric: 'label', value: 'no', receivedAt: 5 * MINUTE }),
    ],
    windows: 8,
  });
  expect(played.map(({ labels }) => labels.length)).toEqual([0, 0, 0, 2, 0, 0, 0, 0]);
  expect(played[3]!.labels).toEqual([
    { unit: 'aa', arm: 0, failed: true },
    { unit: null, arm: 1, failed: false },
  ]);
  expect(outcomesIn(played)[3]).toMatchObject({
    labelsTo: 1,
    rule: { kind: 'equal' },
    arrivals: [
      { answered: 1, labelled: 1 },
      { answered: 2, labelled: 1 },
    ],
  });
});

test('labels wait until right can be told from wrong', async () => {
  const answers = Array.from({ length: 30 }, (_, i) =>
    answer(`q${i}`, { window: Math.floor(i / 10), answer: '1' }),
  );
  const played = await play({
    answers,
    feedback: answers.map(({ requestId }) => feedback({ requestId, metric: 'label', value: '0' })),
    windows: 8,
    wanted: needs({ metrics: [] }),
  });
  expect(played.map(({ labels }) => labels.length)).toEqual([0, 0, 0, 0, 20, 10, 0, 0]);
});

test('accuracy as a metric is the share of right answers of units that have labels', async () => {
  const played = await play({
    answers: [
      answer('q1', { unit: 'aa' }),
      answer('q2', { unit: 'aa' }),
      answer('q3', { unit: 'bb', arm: 1 }),
      answer('q4', { unit: 'cc', arm: 1 }),
    ],
    feedback: ['yes', 'no', 'yes'].map((value, i) =>
      feedback({ requestId: `q${i + 1}`, metric: 'label', value, receivedAt: i }),
    ),
    windows: 5,
    wanted: needs({ labels: null, metrics: [metric({ name: 'accuracy' })] }),
  });
  expect(played.every(({ labels }) => labels.length === 0)).toBe(true);
  const [cohort] = outcomesIn(played).flatMap(({ cohorts }) => cohorts);
  expect(cohort!.values).toEqual([
    [0, 0.5],
    [1, 1],
  ]);
});

/** Answers of four units over five windows and what came of them: labels by request, values by unit or request. */
const history = fc
  .array(
    fc.record({
      window: fc.integer({ min: 0, max: 4 }),
      unit: fc.constantFrom(null, 'aa', 'bb', 'cc', 'dd'),
      arm: fc.integer({ min: 0, max: 1 }),
      label: fc.constantFrom(null, 'yes', 'no'),
      value: fc.constantFrom(null, '0.1', '0.7', '-3'),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((drawn) => {
    const answers = drawn.map(({ window, unit, arm }, i) =>
      answer(`q${i}`, { window, unit, arm, at: window * MINUTE + i }),
    );
    const rows = drawn.flatMap(({ unit, label, value }, i) => {
      const { requestId, at } = answers[i]!;
      const key = unit !== null && i % 2 === 0 ? { unit } : { requestId };
      return [
        ...(label === null ? [] : [feedback({ requestId, metric: 'label', value: label, at })]),
        ...(value === null ? [] : [feedback({ ...key, value, at: at + 5 })]),
      ];
    });
    return { answers, rows };
  });

/** When the window is taken in which the row's answer, or for a value its unit's first answer, was given. */
function dueOf(row: FeedbackRow, answers: readonly AnswerRow[]): number {
  const own = answers.find(({ requestId }) => requestId === row.requestId);
  const unit = row.unit ?? own?.unit ?? null;
  const windows =
    row.metric === 'label' || unit === null
      ? [own!.window]
      : answers.filter((one) => one.unit === unit).map(({ window }) => window);
  return (Math.min(...windows) + 1) * MINUTE + 3 * MINUTE;
}

test('the order of arrival, delays below the maturity and restarts change nothing (I17)', async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 4 }),
      async ({ answers, rows }, delays, restarts) => {
        const soon = await play({
          answers,
          feedback: rows.map((row) => ({ ...row, receivedAt: row.at })),
          windows: 12,
        });
        const late = rows.map((row) => {
          const { value: part } = delays.next() as { value: number };
          const due = dueOf(row, answers);
          return { ...row, receivedAt: row.at + Math.floor(part * Math.max(0, due - 1 - row.at)) };
        });
        const shuffled = await play({ answers, feedback: late, windows: 12, restarts });
        expect(shuffled).toEqual(soon);
      },
    ),
    { numRuns: 12 },
  );
});

test('every labelled answer is taken once, as counting all of them says', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ answers, rows }) => {
      const played = await play({ answers, feedback: rows, windows: 12 });
      const taken = played
        .flatMap(({ labels }) => labels)
        .map(({ unit, arm, failed }) => [unit, arm, failed]);
      const all = rows
        .filter((row) => row.metric === 'label')
        .map(({ requestId, value }) => {
          const { unit, arm } = answers.find((one) => one.requestId === requestId)!;
          return [unit, arm, value === 'no'];
        });
      expect(taken.map(String).sort()).toEqual(all.map(String).sort());
    }),
    { numRuns: 12 },
  );
});

const labelled = (
  windows: readonly number[],
  each: number,
  was: string,
): Pick<Played, 'answers' | 'feedback'> => {
  const answers = windows.flatMap((window) =>
    Array.from({ length: each }, (_, i) => answer(`q${window}-${i}`, { window, answer: was })),
  );
  const labels = answers.map(({ requestId, window }) =>
    feedback({ requestId, metric: 'label', value: String(window), receivedAt: 1 }),
  );
  return { answers, feedback: labels };
};

test.each([[[]], [[4]]])(
  'labels of two weights are never counted in one window (restarts %j)',
  async (restarts) => {
    const played = await play({
      // Closed at once, as after a time away.
      ...labelled([0, 1, 2, 3], 10, '1'),
      ...{ windows: 9, wanted: needs({ metrics: [] }), restarts },
      sharesIn: (window) => (window < 2 ? [0.05, 0.95] : [0.5, 0.5]),
      endOf: (window) => (window < 4 ? MINUTE : (window + 1) * MINUTE),
    });
    const counts = played.map(({ labels }) => labels.length).filter((count) => count > 0);
    expect(counts).toEqual([20, 20]);
  },
);

test('labels that wait for the rule while the weight changes settle it, and are not counted', async () => {
  const played = await play({
    ...labelled([0, 1], 15, '1'),
    ...{ windows: 8, wanted: needs({ metrics: [] }) },
    sharesIn: (window) => (window < 1 ? [0.05, 0.95] : [0.5, 0.5]),
  });
  expect(played.flatMap(({ labels }) => labels.map(({ failed }) => failed))).toEqual(
    new Array(15).fill(false),
  );
  const arrivals = outcomesIn(played).flatMap((matured) => matured.arrivals);
  expect(arrivals).toEqual([{ answered: 15, labelled: 15 }]);
});
