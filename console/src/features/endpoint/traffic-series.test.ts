import { expect, test } from 'vitest';
import type { TrafficView } from '../../api/generated/control-api.ts';
import { durationColumns, keptSeries, liveSeries } from './traffic-series.ts';

const MINUTE = 60_000;
const point = (at: number, requests: number, failed = 0) => ({
  ...{ at, requests, failed, overloaded: 0, invalid: 0, cancelled: 0 },
  latency: { p50: 1, p95: 2, p99: 3 },
  durations: [[2, requests]],
});

test('what was kept has a point for each step of the range, and none for the minute that is not over', () => {
  const kept = {
    ...{ endpoint: 'e', model: 'm', from: 0, to: 4 * MINUTE + 30_000, step: MINUTE },
    versions: [
      { version: 1, points: [point(0, 120), point(2 * MINUTE, 60, 30)] },
      { version: 2, points: [point(3 * MINUTE, 6)] },
    ],
  };
  const series = keptSeries(kept);
  expect(series.times).toEqual([0, 1, 2, 3].map((k) => k * MINUTE));
  expect(series.versions.map(({ points }) => points.map((one) => one?.rate ?? null))).toEqual([
    [2, null, 1, null],
    [null, null, null, 0.1],
  ]);
  expect(series.versions[0]?.points[2]).toMatchObject({ errors: 0.5, p99: 3 });
  expect(durationColumns(series)).toEqual([[[2, 120]], [], [[2, 60]], [[2, 6]]]);
});

test('a point that is not over is as high as its time allows, and one that has just begun is left out', () => {
  const of = (to: number) =>
    keptSeries({
      ...{ endpoint: 'e', model: 'm', from: 0, to, step: 10 * MINUTE },
      versions: [{ version: 1, points: [point(0, 600), point(10 * MINUTE, 300)] }],
    }).versions[0]?.points.map((one) => one?.rate);
  expect(of(15 * MINUTE)).toEqual([1, 1]);
  expect(of(11 * MINUTE)).toEqual([1]);
});

test('what goes on has a point for each moment since the page was opened', () => {
  const moment = (at: number, ...versions: number[]): TrafficView =>
    ({
      at,
      versions: versions.map((version) => ({
        ...{ ...point(at, 10), model: 'm', version, rate: version },
      })),
    }) as unknown as TrafficView;
  const history = [moment(1, 1), moment(2, 1, 2)];
  const { times, versions } = liveSeries({ state: 'live', latest: null, history }, 'm');
  expect(times).toEqual([1, 2]);
  expect(versions.map(({ points }) => points.map((one) => one?.rate ?? null))).toEqual([
    [1, 1],
    [null, 2],
  ]);
});
