import { expect, test } from 'vitest';
import { measuredSizes } from './sizes.ts';

test('each kind of request is measured at two sizes or three that are of it', () => {
  const bounds = { loopRows: 310, readRows: 1206, rowMicros: 6.4, rowBytes: 53 };
  const { loop, read, passed } = measuredSizes(bounds);
  expect(loop).toEqual([1, 62, 279]);
  for (const rows of loop) expect(rows).toBeLessThanOrEqual(310);
  expect(read).toHaveLength(2);
  for (const rows of read) expect(rows > 310 && rows <= 1206).toBe(true);
  expect(passed).toHaveLength(2);
  for (const rows of passed) expect(rows).toBeGreaterThan(1206);
});

test('no request of a slow model takes longer than it must', () => {
  const { loop, read, passed } = measuredSizes({ loopRows: 0, readRows: 900, rowMicros: 5000, rowBytes: 60 });
  expect(loop).toEqual([]);
  expect(passed).toEqual([]);
  expect(Math.max(...read)).toBeLessThanOrEqual(3);
});

test('bodies stay within a megabyte', () => {
  const { passed } = measuredSizes({ loopRows: 2, readRows: 2, rowMicros: 1, rowBytes: 30_000 });
  expect(Math.max(...passed) * 30_000).toBeLessThanOrEqual(1 << 20);
});
