import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DroppedFile, FileSettling } from './watch-settling.ts';

const file = (path: string, size = 1, more: Partial<DroppedFile> = {}): DroppedFile => ({
  model: path,
  path,
  size,
  modified: 0,
  inode: 0,
  ...more,
});

test('a file is due once it was the same for long enough, and once only', () => {
  const settling = new FileSettling(1000);
  const a = file('a');
  expect(settling.look([a], 0)).toEqual([]);
  expect(settling.look([a], 999)).toEqual([]);
  expect(settling.look([a], 1000)).toEqual([a]);
  settling.settle(a, null);
  expect(settling.look([a], 5000)).toEqual([]);
  expect(settling.waits).toBe(false);
});

test('any sign of a change begins the wait anew', () => {
  const changes: Partial<DroppedFile>[] = [{ size: 2 }, { modified: 1 }, { inode: 1 }];
  for (const change of changes) {
    const settling = new FileSettling(1000);
    settling.look([file('a')], 0);
    const changed = file('a', 1, change);
    expect(settling.look([changed], 900)).toEqual([]);
    expect(settling.look([changed], 1000)).toEqual([]);
    expect(settling.look([changed], 1900)).toEqual([changed]);
  }
});

test('a file that is to be tried again waits until then; one that changed meanwhile is a new one', () => {
  const settling = new FileSettling(1000);
  const a = file('a');
  settling.look([a], 0);
  settling.look([a], 1000);
  settling.settle(a, 9000);
  expect(settling.look([a], 8999)).toEqual([]);
  expect(settling.look([a], 9000)).toEqual([a]);
  const longer = file('a', 2);
  settling.look([longer], 9500);
  settling.settle(a, null);
  expect(settling.look([longer], 10_500)).toEqual([longer]);
});

test('however a file grows, it is never due while it does, and always in the end', () => {
  const steps = fc.array(fc.tuple(fc.nat(400), fc.boolean()), { maxLength: 30 });
  fc.assert(
    fc.property(steps, (looks) => {
      const settling = new FileSettling(1000);
      let [now, size, changed] = [0, 1, 0];
      settling.look([file('a', size)], now);
      for (const [millis, grows] of looks) {
        now += millis;
        if (grows) [size, changed] = [size + 1, now];
        const due = settling.look([file('a', size)], now);
        expect(due.length > 0).toBe(now - changed >= 1000);
      }
      expect(settling.look([file('a', size)], now + 1000)).toHaveLength(1);
    }),
    { seed: 20261126 },
  );
});
