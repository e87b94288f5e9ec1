import { expect, test } from 'vitest';
import { csvCost, jsonCost } from './body-cost.ts';
import { HOSTILE_CSV, HOSTILE_JSON, USUAL_JSON } from './testing/hostile-bodies.ts';
import { neededHeap } from './testing/needed-heap.ts';

const SIZES = [2 << 20, 5 << 20];

test.each(Object.entries({ ...HOSTILE_JSON, ...USUAL_JSON }))(
  'a heap of what is weighed is enough to parse JSON of %s',
  (name, make) => {
    for (const size of SIZES)
      expect(neededHeap('json', name, size, jsonCost(Buffer.from(make(size)), 0).heap)).toBe('enough');
  },
  120_000,
);

test.each(Object.entries(HOSTILE_CSV))(
  'a heap of what is weighed is enough to parse CSV of %s',
  (name, make) => {
    for (const size of SIZES)
      expect(neededHeap('csv', name, size, csvCost(Buffer.from(make(size)), 0).heap)).toBe('enough');
  },
  120_000,
);
