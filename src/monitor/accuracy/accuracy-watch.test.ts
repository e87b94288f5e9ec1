import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CapturedBlock } from '../../capture/block.ts';
import { seededRandom } from '../../core/random.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { openMonitoring } from '../../store/monitoring/open.ts';
import type { NumberedFeedback } from '../../store/store.ts';
import { LogWriter } from '../log/log-writer.ts';
import { AccuracyWatch, ingestLabels } from './accuracy-watch.ts';
import type { AccuracyTarget } from './stored-accuracy.ts';
import { DAY, LABELLED_POLICY, LOG_START } from './testing/labelled-log.ts';

const A_DAY = 200;

interface Answer {
  readonly id: string;
  readonly at: number;
  readonly truth: 'yes' | 'no';
  readonly score: number;
  readonly os: string;
}

/** Answers of a day; those of `broken` systems say the opposite of what is true, as far as `share` of them. */
function answersOf(day: number, broken: number, random: { next(): number }): readonly Answer[] {
  return Array.from({ length: A_DAY }, (_, i) => {
    const os = ['android', 'android', 'ios-4.1', 'ios-4.2'][Math.floor(random.next() * 4)]!;
    const chance = random.next();
    const isYes = random.next() < chance;
    const isTurned = os === 'ios-4.2' && random.next() < broken;
    return {
      id: `d${day}-${i}`,
      at: LOG_START + day * DAY + Math.floor(random.next() * DAY),
      truth: isYes !== isTurned ? 'yes' : 'no',
      score: chance,
      os,
    };
  });
}

const blockOf = (answers: readonly Answer[], seq: number): CapturedBlock => ({
  worker: 'w',
  epoch: 1,
  seq,
  endpoint: 'churn',
  model: 'churn',
  version: 3,
  from: Math.min(...answers.map(({ at }) => at)),
  to: Math.max(...answers.map(({ at }) => at)),
  rows: answers.length,
  requests: answers.length,
  rowsSeen: answers.length,
  dropped: 0,
  inputs: [{ name: 'os', values: answers.map(({ os }) => os) }],
  outputs: [
    { name: 'predict', values: answers.map(({ score }) => (score > 0.5 ? 'yes' : 'no')) },
    { name: 'predict_proba_no', values: Float64Array.from(answers, ({ score }) => 1 - score) },
    { name: 'predict_proba_yes', values: Float64Array.from(answers, ({ score }) => score) },
  ],
  meta: {
    at: Float64Array.from(answers, ({ at }) => at),
    requestId: answers.map(({ id }) => id),
    row: new Uint32Array(answers.length),
    unit: answers.map(() => null),
    arm: new Int8Array(answers.length).fill(-1),
    role: answers.map(() => null),
    segment: answers.map(() => null),
    millis: new Float32Array(answers.length),
    weight: new Float32Array(answers.length).fill(1),
  },
});

/** By brute force: the share of right answers among those with a label at that time. */
const shareRight = (answers: readonly Answer[]): number =>
  answers.filter(({ score, truth }) => score > 0.5 === (truth === 'yes')).length / answers.length;

describe('the accuracy of an endpoint', () => {
  let folder: string;
  let store: MonitoringStore;
  let writer: LogWriter;
  let feedback: NumberedFeedback[];
  let seq = 0;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-accuracy-'));
    store = await openMonitoring(`sqlite:${join(folder, 'monitoring.sqlite')}`);
    writer = new LogWriter({ folder: join(folder, 'log'), replica: 'r' });
    feedback = [];
  });

  afterEach(async () => {
    writer.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const log = async (answers: readonly Answer[]): Promise<void> => {
    const segments = await writer.write([blockOf(answers, seq++)]);
    await store.takeIn({ at: 0, blocks: [], segments, ticks: [] });
  };
  const label = (answers: readonly Answer[], receivedAt: (answer: Answer) => number): void => {
    for (const answer of answers)
      feedback.push({
        ...{ id: feedback.length + 1, endpoint: 'churn', requestId: answer.id, unit: null, metric: 'label' },
        ...{ value: answer.truth, at: receivedAt(answer), receivedAt: receivedAt(answer) },
      });
  };
  const takeIn = () =>
    ingestLabels(store, async (after, limit) => feedback.filter(({ id }) => id > after).slice(0, limit));
  const look = (day: number, policy = LABELLED_POLICY) => {
    const target: AccuracyTarget = {
      ...{ endpoint: 'churn', model: 'churn', version: 3, policy, now: LOG_START + day * DAY },
      falseAlarms: { count: 1, span: 90 * DAY },
    };
    return new AccuracyWatch({ store, folder: join(folder, 'log') }).look(target);
  };

  it('revises the cohorts that late labels are for, those alone, and keeps what was known before', async () => {
    const random = seededRandom(1);
    const days = [0, 1, 2, 3].map((day) => answersOf(day, 0, random));
    for (const answers of days) await log(answers);
    // At once for half of the first two days; the others take three days.
    const [early, late] = [days.slice(0, 2).flatMap((a) => a.slice(0, 100)), days[1]!.slice(100)];
    label(early, ({ at }) => at + 60_000);
    expect(await takeIn()).toBe(200);
    const first = await look(4);
    expect(first.revised).toBe(4);
    const value = (cohorts: typeof first.cohorts, day: number) => cohorts[day]!.body.realised?.value ?? null;
    expect(value(first.cohorts, 0)).toBeCloseTo(shareRight(days[0]!.slice(0, 100)), 9);
    expect(first.cohorts.map(({ body }) => body.coverage)).toEqual([0.5, 0.5, 0, 0]);
    expect(value(first.cohorts, 2)).toBeNull();

    label(late, ({ at }) => at + 3 * DAY);
    await takeIn();
    const second = await look(5);
    expect(second.revised).toBe(1);
    expect(second.cohorts.map(({ revision }) => revision)).toEqual([1, 2, 1, 1]);
    expect(second.cohorts[1]!.body.coverage).toBe(1);
    const revisions = await store.cohortRevisions('churn', 3, LOG_START + DAY);
    expect(revisions.map(({ body }) => (body as { labelled: number }).labelled)).toEqual([100, 200]);
  });

  it('takes each label once, the newest of a request, and does nothing twice after a restart', async () => {
    const random = seededRandom(2);
    const answers = answersOf(0, 0, random);
    await log(answers);
    label(answers, ({ at }) => at + 1000);
    const wrong = answers
      .slice(0, 50)
      .map((answer) => ({ ...answer, truth: answer.truth === 'yes' ? 'no' : 'yes' }) as const);
    label(wrong, ({ at }) => at + 2000);
    await takeIn();
    await store.addLabels(feedback.slice(0, 100));
    expect(await takeIn()).toBe(0);
    const { cohorts, revised } = await look(1, { ...LABELLED_POLICY, maturity: DAY });
    expect(revised).toBe(1);
    expect(cohorts[0]!.body).toMatchObject({ rows: 200, labelled: 200, coverage: 1, revised: 50 });
    expect(cohorts[0]!.body.realised!.value).toBeCloseTo(shareRight([...wrong, ...answers.slice(50)]), 9);
    expect((await look(1, { ...LABELLED_POLICY, maturity: DAY })).revised).toBe(0);
    // Nothing of the memory is left, as after a crash before it was kept: the same cohorts, no new revisions.
    await store.remember([{ kind: 'accuracy', name: 'churn', body: null, changedAt: 0 }]);
    expect((await look(1, { ...LABELLED_POLICY, maturity: DAY })).revised).toBe(0);
  });

  it('finds decay in matured cohorts, says where, and holds young ones', async () => {
    const random = seededRandom(3);
    const policy = { ...LABELLED_POLICY, maturity: 2 * DAY };
    for (let day = 0; day < 20; day++) {
      const answers = answersOf(day, day < 12 ? 0 : 0.9, random);
      await log(answers);
      label(answers, ({ at }) => at + DAY);
    }
    await takeIn();
    const found = await look(20, policy);
    expect(found.reference).toMatchObject({ source: 'traffic', until: LOG_START + 5 * DAY });
    const decay = found.conditions.find(({ labels }) => labels.alertname === 'AccuracyDecay')!;
    expect(decay).toMatchObject({ standing: 'beyond', labels: { metric: 'accuracy', endpoint: 'churn' } });
    expect(decay.since).toBeGreaterThanOrEqual(LOG_START + 11 * DAY);
    expect(decay.since).toBeLessThanOrEqual(LOG_START + 13 * DAY);
    expect(decay.told.sentence).toMatch(/from os=ios-4\.2, 2\d % of traffic\.$/);
    // Metrics say the newest mature cohort, what it is compared with, and how labels come: all of them, after a day.
    const newest = found.cohorts[17]!.body;
    const { reference } = found;
    expect(found.quality.realized).toEqual({
      ...{ metric: 'accuracy', point: newest.realised!.value },
      ...{ lower: newest.realised!.lower, upper: newest.realised!.upper },
    });
    expect(found.quality.reference).toEqual({ metric: 'accuracy', value: reference!.value });
    expect(found.quality.labels!.coverage).toBe(1);
    expect(found.quality.labels!.delays.map(({ quantile }) => quantile)).toEqual([0.5, 0.9, 0.99]);
    for (const { millis } of found.quality.labels!.delays) expect(millis / DAY).toBeCloseTo(1, 0);
    expect(found.quality.estimate === null).toBe(found.trust?.isTrusted !== true);
    // The estimate knows nothing of answers that became wrong: labels say so, and it is hidden or far off.
    const residuals = found.cohorts.slice(12, 18).map(({ body }) => body.residual!.value);
    expect(Math.max(...residuals)).toBeLessThan(-0.03);
    const before = await look(12, policy);
    expect(before.conditions.find(({ labels }) => labels.alertname === 'AccuracyDecay')!.standing).toBe(
      'below',
    );
  });

  it('says that labels are late when they stop', async () => {
    const random = seededRandom(4);
    for (let day = 0; day < 20; day++) {
      const answers = answersOf(day, 0, random);
      await log(answers);
      if (day < 16) label(answers, ({ at }) => at + Math.round(3_600_000 * (1 + random.next())));
    }
    await takeIn();
    const { conditions, maturity } = await look(20);
    expect(maturity! / 3_600_000).toBeLessThan(4);
    expect(conditions.find(({ labels }) => labels.alertname === 'LabelsLate')).toMatchObject({
      standing: 'beyond',
    });
    const earlier = await look(16);
    expect(earlier.conditions.find(({ labels }) => labels.alertname === 'LabelsLate')).toMatchObject({
      standing: 'below',
    });
  });
});
