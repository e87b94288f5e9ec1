import { expect, test } from 'vitest';
import type { AlertView, EndpointView, MonitorView, TrafficView } from '../../api/generated/control-api.ts';
import { errorShare } from '../../facts/model-traffic.ts';
import { rowsOf, shownRows } from './row.ts';

const endpoint = (name: string, more: Partial<EndpointView> = {}): EndpointView =>
  ({ name, model: name, stable: 1, rollout: null, ...more }) as EndpointView;
const version = (model: string, number: number, rate: number, failed = 0) =>
  ({
    model,
    version: number,
    requests: 100,
    rate,
    failed,
    overloaded: 0,
    invalid: 0,
    latency: { p99: number },
  }) as unknown as TrafficView['versions'][number];
const moment = (...versions: TrafficView['versions']): TrafficView => ({ versions }) as TrafficView;
const alert = (name: string, alertname: string): AlertView =>
  ({
    ...{ labels: { endpoint: name, alertname }, state: 'firing', severity: 'ticket', known: true },
    ...{ acknowledgedBy: null, inhibitedBy: null, told: { sentence: `${name} moved`, advice: 'look' } },
  }) as unknown as AlertView;
const monitor = (name: string, more: Partial<MonitorView>): MonitorView =>
  ({ endpoint: name, reference: { rows: 1 }, evaluatedAt: 1, traffic: { day: 5 }, ...more }) as MonitorView;

const latest = moment(version('b', 1, 2), version('b', 2, 3, 50), version('c', 1, 9));
const rows = rowsOf({
  endpoints: ['a10', 'a2', 'b', 'c'].map((name) => endpoint(name)),
  monitors: [monitor('b', {}), monitor('c', { evaluatedAt: null }), monitor('a2', { reference: null })],
  alerts: [alert('c', 'FeatureDrift')],
  live: { state: 'live', latest, history: [moment(version('c', 1, 4)), latest] },
});
const names = (shown: Partial<Parameters<typeof shownRows>[1]>) =>
  shownRows(rows, { search: '', filter: 'all', sort: 'urgency', ...shown }).map((row) => row.endpoint.name);

test('an endpoint has the traffic of all versions of its model, and the curve of it', () => {
  const [, , b, c] = rows;
  expect(b?.traffic).toMatchObject({ requests: 200, rate: 5, failed: 50, p99: 2 });
  expect(errorShare(b?.traffic ?? null)).toBe(0.25);
  expect([b?.rates, c?.rates]).toEqual([
    [0, 5],
    [4, 9],
  ]);
});

test('drift is quiet only where somebody looked', () => {
  expect(rows.map(({ drift }) => drift)).toEqual(['unwatched', 'unwatched', 'quiet', 'drifting']);
});

test('what needs a person comes first, then by name, numbers as numbers', () => {
  expect(names({})).toEqual(['b', 'c', 'a2', 'a10']);
  expect(names({ sort: 'name' })).toEqual(['a2', 'a10', 'b', 'c']);
  expect(names({ sort: 'traffic' })).toEqual(['c', 'b', 'a2', 'a10']);
  expect(names({ sort: 'errors' }).slice(0, 2)).toEqual(['b', 'c']);
});

test('a search finds names and what is said, and a filter keeps one level', () => {
  expect(names({ search: 'A1' })).toEqual(['a10']);
  expect(names({ search: 'c moved' })).toEqual(['c']);
  expect(names({ filter: 'act' })).toEqual(['b', 'c']);
  expect(names({ filter: 'moving' })).toEqual([]);
});
