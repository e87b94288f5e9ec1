import { expect, test } from 'vitest';
import { randomIndex, seededRandom, shuffle } from './random.ts';

test('seededRandom() gives the sequence of the reference mulberry32', () => {
  // Reference values: the C implementation `mulberry32(seed 1)` divided by 2^32.
  const random = seededRandom(1);
  const drawn = [random.next(), random.next(), random.next()];
  expect(drawn).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});

test('shuffle() keeps every item and depends only on the seed', () => {
  const items = Array.from({ length: 50 }, (_, i) => i);
  const once = shuffle([...items], seededRandom(7));
  expect(shuffle([...items], seededRandom(7))).toEqual(once);
  expect(once).not.toEqual(items);
  expect([...once].sort((a, b) => a - b)).toEqual(items);
});

test('randomIndex() stays inside its bound', () => {
  const random = seededRandom(3);
  for (let i = 0; i < 1000; i++) expect(randomIndex(random, 3)).toBeLessThan(3);
});
