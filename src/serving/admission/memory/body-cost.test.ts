import { expect, test } from 'vitest';
import { csvCost, depthOf, jsonCost } from './body-cost.ts';
import { HOSTILE_CSV, HOSTILE_JSON, USUAL_JSON } from './testing/hostile-bodies.ts';
import { neededHeap } from './testing/needed-heap.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const weighed = (text: string) => jsonCost(bytesOf(text), 0);

test('the depth is that of lists and objects, whatever texts hold', () => {
  expect(depthOf(bytesOf('{"a":[[1],["[[[[\\"[["]]}'))).toBe(3);
  expect(weighed('{"a":[[1],["[[[[\\"[["]]}').depth).toBe(3);
  expect(depthOf(bytesOf('['.repeat(70_000) + ']'.repeat(70_000)))).toBe(70_000);
});

test('keys that rows have in common cost a tenth of keys that are each another', () => {
  const same = weighed(`[${'{"aaa":1,"bbb":2},'.repeat(1000)}0]`).heap;
  const rows = Array.from({ length: 1000 }, (_, k) => `{"a${k + 100}":1,"b${k + 100}":2},`);
  const others = weighed(`[${rows.join('')}0]`).heap;
  expect(others / same).toBeGreaterThan(2);
});

test('what is weighed is never less for more bytes of the same', () => {
  for (const make of Object.values({ ...HOSTILE_JSON, ...USUAL_JSON }))
    expect(weighed(make(20_000)).heap).toBeGreaterThan(weighed(make(10_000)).heap);
  for (const make of Object.values(HOSTILE_CSV))
    expect(csvCost(bytesOf(make(20_000)), 0).heap).toBeGreaterThan(csvCost(bytesOf(make(10_000)), 0).heap);
});

test.each(['empty lists', 'objects of an index', 'bare words'] as const)(
  'a heap of what is weighed is enough to parse %s',
  (name) => {
    const size = 2 << 20;
    expect(neededHeap('json', name, size, weighed(HOSTILE_JSON[name]!(size)).heap)).toBe('enough');
  },
);
