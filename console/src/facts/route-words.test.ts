import { expect, test } from 'vitest';
import { routeShares, unitWords } from './route-words.ts';

test('neighbours that answer alike are one range, with its share', () => {
  const range = (from: number, to: number, version: number, role: string) => ({
    from,
    to,
    version,
    role,
    arm: null,
  });
  const ranges = [
    range(0, 2500, 2, 'candidate'),
    range(2500, 5000, 1, 'control'),
    range(5000, 9000, 1, 'stable'),
  ];
  const found = routeShares({ ranges: [...ranges, range(9000, 10_000, 1, 'stable')] } as never);
  expect(found.map(({ from, to, version, role, share }) => [from, to, version, role, share])).toEqual([
    [0, 2500, 2, 'candidate', 0.25],
    [2500, 5000, 1, 'control', 0.25],
    [5000, 10_000, 1, 'stable', 0.5],
  ]);
});

test('a unit is where it is looked for first', () => {
  expect(unitWords({ header: 'x-unit-id', cookie: 'u', field: null })).toContain(
    'header x-unit-id, else the cookie u;',
  );
});
