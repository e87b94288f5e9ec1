/** Endpoints that are asked in one burst, and jobs that are run for a handful of rows. */
import { describe, expect, test } from 'vitest';
import { BURST_REQUESTS, BURST_SHARE, BURSTS_WANTED, burstEndpoint } from './burst-endpoint.ts';
import type { HourCount } from './evidence.ts';
import { aJob, anEndpoint, dailyTraffic, evenTraffic, NOON, runsEvery } from './testing/evidence.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './times.ts';
import { INTERVAL_MOST, ROWS_MOST, RUNS_WANTED, tinyBatches } from './tiny-batches.ts';

describe('an endpoint that is asked in one nightly burst', () => {
  const of = (hours: readonly HourCount[], now = NOON) => burstEndpoint(anEndpoint({ hours }), now);

  test('is told with its hours and counts, and the job that takes its place', () => {
    expect(of(dailyTraffic({ 2: 4000, 3: 900, 14: 100 }, 7))).toMatchObject({
      what: 'It is asked between 02:00 and 04:00 UTC, and hardly ever else',
      why: expect.stringMatching(/plimsoll advise churn@1 --asked schedule --rows 5000\/day --every 24h$/),
      evidence: [
        '2026-11-23: 4,900 of 5,000 requests (98 %) between 02:00 and 04:00 UTC',
        ...Array.from({ length: 6 }, () => expect.stringMatching(/^2026-11-2\d: 4,900 of 5,000/)),
        '7 days of the 7 with at least 200 requests of churn',
      ],
      fix: "plimsoll batch run --job churn-nightly --model churn@1 --input ROWS.csv --key ID --output SCORES.csv && plimsoll batch schedule churn-nightly --cron '0 2 * * *'",
    });
  });

  test('is found where midnight is in the middle of the burst', () => {
    const told = of(dailyTraffic({ 23: 3000, 24: 3000 }, 6));
    expect(told?.what).toBe('It is asked between 23:00 and 01:00 UTC, and hardly ever else');
    expect(told?.evidence).toHaveLength(7);
  });

  test('is none below nine tenths of the day, below three days, or below so many requests', () => {
    const share = (within: number, days: number, all = 1000) =>
      of(dailyTraffic({ 2: within * all, 14: all - within * all }, days));
    expect(share(BURST_SHARE, BURSTS_WANTED)).not.toBeNull();
    expect(share(BURST_SHARE - 0.01, BURSTS_WANTED)).toBeNull();
    expect(share(1, BURSTS_WANTED - 1)).toBeNull();
    expect(of(dailyTraffic({ 2: BURST_REQUESTS }, 5))).not.toBeNull();
    expect(of(dailyTraffic({ 2: BURST_REQUESTS - 1 }, 5))).toBeNull();
  });

  test('may have another day in five, and no more', () => {
    const but = (others: number) => [
      ...dailyTraffic({ 2: 1000 }, 5).slice(others),
      ...dailyTraffic({ 5: 300, 7: 300, 9: 300, 11: 300 }, 5).slice(0, 4 * others),
    ];
    expect(of(but(1))).not.toBeNull();
    expect(of(but(2))).toBeNull();
  });

  test('is none whose hours wander, and none that people ask in the daytime or evenly', () => {
    const wandering = dailyTraffic({ 0: 1000 }, 7).map(({ at, requests }, k) => ({
      at: at + 3 * k * HOUR_MS,
      requests,
    }));
    expect(of(wandering)).toBeNull();
    const office = Object.fromEntries(Array.from({ length: 9 }, (_, k) => [8 + k, 500]));
    expect(of(dailyTraffic(office, 7))).toBeNull();
    expect(of(evenTraffic(300, 14))).toBeNull();
    expect(of([])).toBeNull();
  });

  test('is judged by days that are over: tonight may still be another', () => {
    const hours = dailyTraffic({ 2: 1000 }, 3);
    // A day around 02:00 to 04:00 begins at 15:00 and ends at 15:00.
    const end = NOON - 12 * HOUR_MS - DAY_MS + 15 * HOUR_MS;
    expect(of(hours, end)).not.toBeNull();
    expect(of(hours, end - 1)).toBeNull();
  });
});

describe('a job that is started all the time for a handful of rows', () => {
  const minutely = aJob({ cronInterval: MINUTE_MS, runs: runsEvery(MINUTE_MS, 20) });

  test('is told with its rows, its runs, and what of them is no scoring', () => {
    expect(tinyBatches(minutely)).toMatchObject({
      subject: { kind: 'job', name: 'scores' },
      what: 'It is started every 1 min for 3 rows',
      evidence: [
        'runs 1 to 20: 3 rows, 2 s a run (medians of 20)',
        'the model needs 2.4 µs a row: 100 % of a run is everything else',
      ],
      fix: "plimsoll batch schedule scores --cron '0 * * * *'",
    });
  });

  test('is none with more rows, at longer intervals, or with fewer runs', () => {
    const of = (change: Parameters<typeof aJob>[0]) =>
      tinyBatches({ ...minutely, cronInterval: null, ...change });
    expect(of({ runs: runsEvery(MINUTE_MS, 20, { rows: ROWS_MOST }) })).not.toBeNull();
    expect(of({ runs: runsEvery(MINUTE_MS, 20, { rows: ROWS_MOST + 1 }) })).toBeNull();
    expect(of({ runs: runsEvery(INTERVAL_MOST, 20) })).not.toBeNull();
    expect(of({ runs: runsEvery(INTERVAL_MOST + 1, 20) })).toBeNull();
    expect(of({ runs: runsEvery(MINUTE_MS, RUNS_WANTED) })).not.toBeNull();
    expect(of({ runs: runsEvery(MINUTE_MS, RUNS_WANTED - 1) })).toBeNull();
  });

  test('is told no more once its schedule is another, or it is paused', () => {
    expect(tinyBatches({ ...minutely, cronInterval: HOUR_MS })).toBeNull();
    expect(tinyBatches({ ...minutely, isPaused: true })).toBeNull();
  });

  test('is started by a clock: a person who tries things out is not told', () => {
    const byHand = (runs: typeof minutely.runs) =>
      tinyBatches({
        ...minutely,
        cronInterval: null,
        runs: runs.map((run) => ({ ...run, cause: 'manual' })),
      });
    expect(byHand(minutely.runs)).not.toBeNull();
    const uneven = minutely.runs.map((run, k) => ({ ...run, startedAt: NOON - k ** 2 * 5000 }));
    expect(byHand(uneven)).toBeNull();
  });
});
