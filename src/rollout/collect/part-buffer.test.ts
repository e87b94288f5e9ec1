import { expect, test } from 'vitest';
import { PartBuffer } from './part-buffer.ts';
import { request, testPart } from './testing/parts.ts';

const three = [request(1, 0), request(2, 0), request(null, 1)];

test('what waits is bounded, and what is closed or dropped waits no more', () => {
  // Each piece weighs its three units and one more.
  const ledger = new PartBuffer(8);
  expect(ledger.keep(testPart(three))).toBe('taken');
  expect(ledger.keep(testPart(three, { window: 1, isLast: false }))).toBe('taken');
  expect(ledger.keep(testPart(three, { window: 2 }))).toBe('full');
  expect(ledger.close(0)).toHaveLength(1);
  expect(ledger.keep(testPart(three, { window: 2 }))).toBe('taken');
  ledger.drop(1);
  expect([ledger.senders(1), ledger.senders(2)]).toEqual([[], []]);
  expect(ledger.keep(testPart(three, { window: 1 }))).toBe('taken');
  expect(ledger.keep(testPart(three, { window: 2 }))).toBe('taken');
});

test('a part that lacks a piece is not among those of its window', () => {
  const ledger = new PartBuffer();
  ledger.keep(testPart(three, { seq: 0, isLast: false }));
  ledger.keep(testPart(three, { seq: 2 }));
  ledger.keep(testPart(three, { worker: 'w1' }));
  expect(ledger.close(0).map(({ worker }) => worker)).toEqual(['w1']);
});
