import { expect, test } from 'vitest';
import type { LoadedVersion } from '../../registry/version.ts';
import { singleVersionRoute } from '../../rollout/route.ts';
import { DataPlane } from '../data-plane.ts';
import { ServingMetrics } from '../metrics/serving-metrics.ts';
import { plainRoutes } from '../protocols/plain.ts';
import { v1 } from '../protocols/v1.ts';
import { PredictionRouter } from './router.ts';

const version = (number: number): LoadedVersion =>
  ({
    model: 'model',
    version: number,
    engine: {},
    manifest: {
      signature: { form: 'table', columns: [], outputs: [], classes: null },
      rowMicros: 1,
    },
  }) as unknown as LoadedVersion;

/** Every way to write the letters of a word plain or escaped. */
const spellings = (word: string): readonly string[] =>
  [...word].reduce<readonly string[]>(
    (heads, letter) =>
      heads.flatMap((head) => [head + letter, `${head}%${letter.charCodeAt(0).toString(16)}`]),
    [''],
  );

test('a path is found by its text once it has been asked for, however many spellings were made up before', () => {
  const routes = new PredictionRouter({
    plane: new DataPlane([version(1)]),
    protocolRoutes: [plainRoutes],
    metrics: new ServingMetrics(),
  });
  for (const name of spellings('model')) expect(routes.match(`/models/${name}/predict`, {})).not.toBeNull();
  const usual = '/models/model/predict';
  const found = routes.match(usual, {});
  expect(routes.exact(usual, {})).toBe(found);
});

test('a destination of another state of the plane is looked up anew, and one that names its version stays', () => {
  const plane = new DataPlane([version(1)]);
  const routes = new PredictionRouter({
    plane,
    protocolRoutes: [plainRoutes],
    metrics: new ServingMetrics(),
  });
  plane.observe({ followed: () => routes.forget() });
  const [endpoint, pinned] = [
    routes.match('/models/model/predict', {})!,
    routes.match('/models/model/versions/1/predict', {})!,
  ];
  plane.follow([singleVersionRoute('model', 'model', 2, 1)], [version(2)]);
  expect(routes.current(endpoint).main.target.version).toBe(2);
  expect(routes.current(pinned)).toBe(pinned);
  plane.follow([], [version(2)]);
  expect(() => routes.current(endpoint)).toThrow('Cannot find model "model"');
});

test('a colon in a path may be escaped', () => {
  const routes = new PredictionRouter({
    plane: new DataPlane([version(1)]),
    protocolRoutes: [v1],
    metrics: new ServingMetrics(),
  });
  for (const path of [
    '/v1/models/model:predict',
    '/v1/models/model%3Apredict',
    '/v1/models/model%3apredict/',
  ])
    expect(routes.match(path, {})?.main.target.model, path).toBe('model');
  expect(routes.match('/v1/models/model%3Aclassify', {})).toBeNull();
});
