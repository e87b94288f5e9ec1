import { expect, test } from 'vitest';
import { routeMarks } from './route-marks.ts';

type Routes = Parameters<typeof routeMarks>[0];
const route = (at: number, ...versions: number[]) =>
  ({
    at,
    by: 'ana',
    route: { ranges: versions.map((version) => ({ version })) },
  }) as unknown as Routes[number];

test('a version that begins to answer is marked, and one that serves everybody; shares that move are not', () => {
  const routes = [route(50, 3), route(40, 2), route(30, 1, 2), route(20, 1, 2), route(10, 1)].flat();
  expect(routeMarks(routes, 0, 100).map(({ at, text }) => [at, text])).toEqual([
    [20, 'version 2 begins to answer (ana)'],
    [40, 'version 2 serves everybody (ana)'],
    [50, 'version 3 serves everybody (ana)'],
  ]);
  expect(routeMarks(routes, 35, 45).map(({ short }) => short)).toEqual(['v2']);
});

test('a rollout that is rolled back ends with the version that was there', () => {
  expect(routeMarks([route(30, 1), route(20, 1, 2), route(10, 1)], 0, 100).map(({ text }) => text)).toEqual([
    'version 2 begins to answer (ana)',
    'version 1 serves everybody (ana)',
  ]);
});
