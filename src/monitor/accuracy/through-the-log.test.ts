import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { unitHash } from '../../rollout/unit-hash.ts';
import { accuracyReference } from './accuracy-reference.ts';
import type { CohortBody } from './cohort.ts';
import type { BinaryRows } from './metrics/metric-rows.ts';
import { DAY, type LABELLED_POLICY, LabelledLog, LOG_START, type LoggedRow } from './testing/labelled-log.ts';

type Random = { next(): number };

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Answers of yes and no with their chances; the chance is true. */
function answered(n: number, random: Random): readonly (LoggedRow & { readonly truth: string })[] {
  return Array.from({ length: n }, (_, i) => {
    const score = random.next();
    return {
      at: LOG_START + Math.floor((i / n) * DAY),
      requestId: `r${i}`,
      unit: unitHash(`u${i % 50}`),
      segment: ['web', 'web', 'web', 'app', null][i % 5]!,
      inputs: { x: random.next() },
      outputs: { predict: score > 0.5 ? 'yes' : 'no', predict_proba_no: 1 - score, predict_proba_yes: score },
      truth: random.next() < score ? 'yes' : 'no',
    };
  });
}

const isRight = ({ outputs, truth }: { outputs: LoggedRow['outputs']; truth: string }): number =>
  Number(outputs['predict'] === truth);

describe('labels that reach answers through the log', () => {
  let log: LabelledLog;

  beforeEach(async () => {
    log = await LabelledLog.open();
  });

  afterEach(() => log.close());

  const body = async (policy: Partial<typeof LABELLED_POLICY> = {}, more = {}): Promise<CohortBody> => {
    const { cohorts } = await log.look(2, { maturity: DAY, ...policy }, more);
    expect(cohorts).toHaveLength(1);
    return cohorts[0]!.body;
  };

  it('tell each segment apart, that with most traffic first', async () => {
    const rows = answered(400, seededRandom(1));
    await log.log(rows);
    for (const row of rows) log.label(row, row.truth, row.at + 1000);
    const { segments, realised } = await body();
    expect(segments.map(({ segment, labelled }) => [segment, labelled])).toEqual([
      ['web', 240],
      ['app', 80],
    ]);
    for (const { segment, value, lower, upper } of segments) {
      expect(value).toBeCloseTo(mean(rows.filter((row) => row.segment === segment).map(isRight)), 12);
      expect(lower).toBeLessThan(value);
      expect(upper).toBeGreaterThan(value);
    }
    expect(realised!.value).toBeCloseTo(mean(rows.map(isRight)), 12);
  });

  it('are found by the hash of the unit for all its answers; a label of the request itself goes first', async () => {
    const rows = answered(200, seededRandom(2));
    await log.log(rows);
    for (let u = 0; u < 30; u++)
      log.label({ unit: unitHash(`u${u}`) }, u % 3 === 0 ? 'yes' : 'no', LOG_START + DAY);
    for (const row of rows.slice(0, 40)) log.label(row, row.truth, row.at + 1000);
    const truthOf = (i: number): string | null => {
      if (i < 40) return rows[i]!.truth;
      const u = i % 50;
      return u < 30 ? (u % 3 === 0 ? 'yes' : 'no') : null;
    };
    const right = rows.flatMap((row, i) => {
      const truth = truthOf(i);
      return truth === null ? [] : [isRight({ ...row, truth })];
    });
    const { realised, labelled, coverage } = await body();
    expect(labelled).toBe(right.length);
    expect(coverage).toBeCloseTo(right.length / 200, 12);
    expect(realised!.value).toBeCloseTo(mean(right), 12);
  });

  it('are one for each row where they are a list; rows that it has no element for have none', async () => {
    const rows = answered(90, seededRandom(3)).map((row, i) => ({
      ...row,
      requestId: `batch${Math.floor(i / 3)}`,
      row: i % 3,
    }));
    await log.log(rows);
    for (let b = 0; b < 30; b++) {
      const truths = rows.slice(3 * b, 3 * b + 3).map(({ truth }) => truth);
      const list = b === 0 ? truths.slice(0, 2) : truths;
      log.label({ requestId: `batch${b}` }, JSON.stringify(list), LOG_START + DAY);
    }
    const { realised } = await body();
    expect(realised!.rows).toBe(89);
    expect(realised!.value).toBeCloseTo(mean(rows.filter((_, i) => i !== 2).map(isRight)), 12);
  });

  it.each(['ndcg@3', 'mrr', 'hit_rate@2'])(
    'tell how good rankings were: %s by brute force',
    async (metric) => {
      const random = seededRandom(4);
      const requests = Array.from({ length: 60 }, (_, q) =>
        Array.from({ length: 2 + (q % 5) }, () => ({
          score: random.next(),
          relevance: random.next() < 0.3 ? 1 + Math.floor(3 * random.next()) : 0,
        })),
      );
      await log.log(
        requests.flatMap((candidates, q) =>
          candidates.map(({ score }, row) => ({
            ...{ at: LOG_START + q, requestId: `q${q}`, row, inputs: { x: 1 }, outputs: { predict: score } },
          })),
        ),
      );
      requests.forEach((candidates, q) => {
        log.label(
          { requestId: `q${q}` },
          JSON.stringify(candidates.map(({ relevance }) => relevance)),
          LOG_START + DAY,
        );
      });
      const { realised, task } = await body({ metric });
      expect(task).toBe('ranking');
      const values = requests.map((candidates) => {
        const shown = candidates.toSorted((a, b) => b.score - a.score).map(({ relevance }) => relevance);
        return RANKED[metric]!(shown);
      });
      expect(realised!.value).toBeCloseTo(mean(values), 12);
    },
  );

  it('may be values of a metric of their own, which are averaged', async () => {
    const rows = answered(100, seededRandom(5));
    await log.log(rows);
    const values = rows.slice(0, 60).map((_, i) => (i % 7) * 1.5);
    values.forEach((value, i) => {
      log.label(rows[i]!, String(value), rows[i]!.at + 1000, 'revenue');
    });
    // Labels are of another metric.
    log.label(rows[99]!, '1000', LOG_START + DAY);
    const { realised, task, metric, estimate } = await body({ metric: 'revenue' });
    expect([task, metric, realised!.rows, estimate]).toEqual(['value', 'revenue', 60, null]);
    expect(realised!.value).toBeCloseTo(mean(values), 12);
    const spread = Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)) / 60);
    expect((realised!.upper - realised!.lower) / (2 * 1.96 * spread)).toBeCloseTo(1, 1);
  });

  it('are asked for where they would tell most: requests without one whose answer is least sure', async () => {
    const random = seededRandom(6);
    const reference = referenceOf(answered(2000, random));
    const rows = answered(500, random);
    await log.log(rows);
    const labelled = rows.slice(0, 100);
    for (const row of labelled) log.label(row, row.truth, row.at + 1000);
    const found = await body({}, { given: async () => reference });
    expect(found.ask).toHaveLength(20);
    expect(new Set(found.ask).size).toBe(20);
    const unsure = (id: string): number => {
      const score = rows.find(({ requestId }) => requestId === id)!.outputs['predict_proba_yes'] as number;
      return score * (1 - score);
    };
    const others = rows.slice(100).filter(({ requestId }) => !found.ask.includes(requestId));
    for (const id of found.ask) expect(labelled.some(({ requestId }) => requestId === id)).toBe(false);
    expect(found.chosen).toEqual(found.ask.slice(0, 10));
    expect(mean(found.chosen.map(unsure))).toBeGreaterThan(0.24);
    expect(mean(others.map(({ requestId }) => unsure(requestId)))).toBeLessThan(0.18);
    // The estimate is there with the first cohort, and labels make it narrower than either alone.
    const truth = mean(rows.map(isRight));
    expect(found.estimate!.lower).toBeLessThan(truth);
    expect(found.estimate!.upper).toBeGreaterThan(truth);
    const width = ({ lower, upper }: { lower: number; upper: number }): number => upper - lower;
    expect(width(found.corrected!)).toBeLessThan(width(found.realised!));
  });
});

describe('labels that were asked for', () => {
  it('do not make accuracy look worse than it is, though they are of the least sure answers', async () => {
    const random = seededRandom(7);
    const reference = referenceOf(answered(2000, random));
    const errors = { all: 0, chosen: 0 };
    let [hits, runs] = [0, 0];
    for (; runs < 12; runs++) {
      const log = await LabelledLog.open();
      try {
        const rows = answered(300, random);
        await log.log(rows);
        const given = async () => reference;
        const first = await log.look(2, { maturity: DAY }, { given });
        const { ask, chosen } = first.cohorts[0]!.body;
        const byId = new Map(rows.map((row) => [row.requestId, row]));
        for (const id of chosen) log.label(byId.get(id)!, byId.get(id)!.truth, LOG_START + DAY);
        // Of chosen ones alone nothing follows for all.
        expect((await log.look(2, { maturity: DAY }, { given })).cohorts[0]!.body.realised).toBeNull();
        for (const id of ask.filter((one) => !chosen.includes(one)))
          log.label(byId.get(id)!, byId.get(id)!.truth, LOG_START + DAY);
        const { realised } = (await log.look(2, { maturity: DAY }, { given })).cohorts[0]!.body;
        const truth = mean(rows.map(isRight));
        errors.all += realised!.value - truth;
        errors.chosen += mean(ask.map((id) => isRight(byId.get(id)!))) - truth;
        if (realised!.lower <= truth && truth <= realised!.upper) hits++;
      } finally {
        await log.close();
      }
    }
    // Ten labels each: the mean of twelve is within three of its standard errors of 0.43 / √120.
    expect(Math.abs(errors.all / runs)).toBeLessThan(0.12);
    expect(errors.chosen / runs).toBeLessThan(-0.08);
    expect(hits).toBeGreaterThanOrEqual(9);
  });
});

/** Of relevances in the order in which candidates were shown. */
const RANKED: Readonly<Record<string, (shown: readonly number[]) => number>> = {
  'ndcg@3': (shown) => {
    const gain = (order: readonly number[]): number =>
      order.slice(0, 3).reduce((sum, r, i) => sum + r / Math.log2(i + 2), 0);
    const ideal = gain(shown.toSorted((a, b) => b - a));
    return ideal === 0 ? 0 : gain(shown) / ideal;
  },
  mrr: (shown) => {
    const first = shown.findIndex((r) => r > 0);
    return first < 0 ? 0 : 1 / (first + 1);
  },
  'hit_rate@2': (shown) => Number(shown.slice(0, 2).some((r) => r > 0)),
};

function referenceOf(rows: ReturnType<typeof answered>) {
  const number = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  const binary: BinaryRows = {
    task: 'binary',
    truth: number(({ truth }) => Number(truth === 'yes')),
    predicted: number(({ outputs }) => Number(outputs['predict'] === 'yes')),
    score: number(({ outputs }) => outputs['predict_proba_yes'] as number),
    weight: new Float64Array(rows.length).fill(1),
  };
  const reading = {
    task: 'binary',
    metric: 'accuracy',
    answer: 'predict',
    positive: 'yes',
    classes: ['no', 'yes'].map((name) => ({ name, output: `predict_proba_${name}` })),
  } as const;
  return accuracyReference(
    {
      rows: binary,
      features: [],
      time: binary.weight,
      label: rows.map(({ truth }) => truth),
      segment: rows.map(() => null),
      requestId: rows.map(({ requestId }) => requestId),
    },
    Int32Array.from(rows, (_, i) => Math.floor(i / 200)),
    reading,
    { source: 'file', isPresumed: false, until: 0, estimate: true },
  );
}
