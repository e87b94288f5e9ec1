import { expect, test } from 'vitest';
import { connectionLimit, ownDescriptors } from './file-descriptors.ts';

test.each([
  // what may be open, what is, what a person wants, connections
  [1024, 40, null, 728],
  [1024, 40, 500, 500],
  [1024, 40, 5000, 728],
  [20_000, 40, null, 4096],
  [20_000, 40, 10_000, 10_000],
  [256, 40, null, 152],
  [100, 90, null, 8],
  [2 ** 30, 40, null, 4096],
])(
  'of %d descriptors, %d of them open and %s wanted, %d are for connections',
  (limit, open, wanted, most) => {
    expect(connectionLimit({ limit, open }, wanted)).toBe(most);
  },
);

test('the limit of this process is what the system says', () => {
  const { limit, open } = ownDescriptors();
  expect(limit).toBeGreaterThan(open);
  expect(open).toBeGreaterThan(3);
});
