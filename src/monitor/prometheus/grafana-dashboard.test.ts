import { expect, test } from 'vitest';
import { METRIC_CATALOG } from '../../metrics/catalog.ts';
import { grafanaDashboard } from './grafana-dashboard.ts';

const dashboard = grafanaDashboard('Models');
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = panels.flatMap(({ targets }) => targets!.map(({ expr }) => expr));

/** Of prom-client, on every page. */
const OF_PROCESSES = ['process_resident_memory_bytes'];

test('every expression is over metrics that there are, by labels that they have', () => {
  const LABELS = new Set(Object.values(METRIC_CATALOG).flatMap(({ labels }) => labels as readonly string[]));
  for (const expr of expressions) {
    const names = expr.match(/\b(?:experiment|inference|model|monitor|nodejs|process|serving)_\w+/g)!;
    const metrics = names
      .filter((name) => !LABELS.has(name))
      .map((name) =>
        name.replace(/_(?:bucket|count|sum)$/, (suffix) => (name in METRIC_CATALOG ? suffix : '')),
      );
    expect(metrics.length).toBeGreaterThan(0);
    for (const name of metrics) expect([...Object.keys(METRIC_CATALOG), ...OF_PROCESSES]).toContain(name);
    for (const [, label] of expr.matchAll(/[{,](\w+)(?:=~|!=|=)/g))
      expect([...LABELS, 'le']).toContain(label);
  }
});

test('panels have ids and places of their own, none over another or beyond the edge', () => {
  const all = dashboard.panels;
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  const taken = new Set<string>();
  for (const { gridPos } of all) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x} ${y}`)).toBe(false);
        taken.add(`${x} ${y}`);
      }
  }
});

test('there is a row for each thing that people look for, and variables to choose by', () => {
  expect(dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
    ...['Traffic', 'Latency', 'Errors', 'Drift', 'Data quality', 'Accuracy', 'Experiments'],
    ...['The monitor itself'],
  ]);
  expect(dashboard.templating.list.map(({ name }) => name)).toEqual([
    'datasource',
    'model',
    'version',
    'endpoint',
  ]);
  expect(panels.every(({ title, description }) => title !== '' && description!.endsWith('.'))).toBe(true);
  for (const { targets } of panels)
    expect(new Set(targets!.map(({ refId }) => refId)).size).toBe(targets!.length);
});
