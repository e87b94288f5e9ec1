import { expect, test } from 'vitest';
import { Ledger } from './ledger.ts';
import { partOf, see } from './testing.ts';

const three = [see(1, 0), see(2, 0), see(null, 1)];

test('what waits is bounded, and what is closed or dropped waits no more', () => {
  // Each piece weighs its three units and one more.
  const ledger = new Ledger(8);
  expect(ledger.keep(partOf(three))).toBe('taken');
  expect(ledger.keep(partOf(three, { window: 1, isLast: false }))).toBe('taken');
  expect(ledger.keep(partOf(three, { window: 2 }))).toBe('full');
  expect(ledger.close(0)).toHaveLength(1);
  expect(ledger.keep(partOf(three, { window: 2 }))).toBe('taken');
  ledger.drop(1);
  expect([ledger.senders(1), ledger.senders(2)]).toEqual([[], []]);
  expect(ledger.keep(partOf(three, { window: 1 }))).toBe('taken');
  expect(ledger.keep(partOf(three, { window: 2 }))).toBe('taken');
});

test('a part that lacks a piece is not among those of its window', () => {
  const ledger = new Ledger();
  ledger.keep(partOf(three, { seq: 0, isLast: false }));
  ledger.keep(partOf(three, { seq: 2 }));
  ledger.keep(partOf(three, { worker: 'w1' }));
  expect(ledger.close(0).map(({ worker }) => worker)).toEqual(['w1']);
});
