import { expect, test } from 'vitest';
import { MOST_BUNDLES, MOST_WAYS, PreparedWays } from './prepared-ways.ts';

const way = (bundle: string, output: string | null = null) => ({
  ...{ bundle, model: 'm', version: 1, output, method: null },
});

test('what a process has made is known by version and way, until another process comes', () => {
  const ways = new PreparedWays();
  ways.add(way('/a'));
  expect([way('/a'), way('/a', 'raw'), way('/b')].map((one) => ways.has(one))).toEqual([true, false, false]);
  ways.clear();
  expect(ways.has(way('/a'))).toBe(false);
});

test('it is forgotten as the process forgets it: what was asked for longest ago first', () => {
  const ways = new PreparedWays();
  for (let k = 0; k <= MOST_WAYS; k++) ways.add(way('/a', `output ${k}`));
  expect([0, 1].map((k) => ways.has(way('/a', `output ${k}`)))).toEqual([false, true]);
  for (let k = 1; k < MOST_BUNDLES; k++) ways.add(way(`/${k}`));
  expect(ways.has(way('/a', 'output 1'))).toBe(true);
  ways.add(way('/other'));
  expect(ways.has(way('/a', 'output 1'))).toBe(false);
});
