import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addUp } from './totals.ts';

const KEYS = 'a'.repeat(64);
const account = (
  chunk: number,
  counts: Partial<Record<'read' | 'ok' | 'rejected' | 'failed' | 'skipped', number>> = {},
  keys = KEYS,
) => ({
  chunk,
  counts: { read: 0, ok: 0, rejected: 0, failed: 0, skipped: 0, ...counts },
  keys,
});
const chunks = (...rows: readonly (number | null)[]) => rows.map((count, index) => ({ index, rows: count }));

describe('the books of a run', () => {
  it('add up the outcomes, and digest the keys in order of chunk', () => {
    const accounts = [
      account(1, { read: 4, ok: 1, rejected: 1, failed: 1, skipped: 1 }, 'b'.repeat(64)),
      account(0, { read: 2, ok: 2 }),
    ];
    expect(addUp(accounts, chunks(2, null))).toEqual({
      rows: { read: 6, ok: 3, rejected: 1, failed: 1, skipped: 1 },
      keys: createHash('sha256')
        .update(`${'a'.repeat(64)}\n${'b'.repeat(64)}\n`)
        .digest('hex'),
    });
    expect(addUp([], []).rows.read).toBe(0);
  });

  it.each([
    [
      'a row without an outcome',
      [account(0), account(1, { read: 2, ok: 1 })],
      chunks(null, null),
      /in chunk 1, 1 rows have an outcome, 2 rows/,
    ],
    ['a row with two', [account(0, { read: 1, ok: 1, failed: 1 })], chunks(null), /chunk 0, 2 rows have/],
    [
      'fewer rows than the chunk has',
      [account(0, { read: 1, ok: 1 })],
      chunks(2),
      /chunk 0, 1 rows were read, 2 rows wanted/,
    ],
    ['a chunk without an account', [account(0), account(2)], chunks(null, null), /chunk 1, no account/],
    ['a chunk too few', [account(0)], chunks(null, null), /1 accounts of 1 chunks, one of each of 2/],
    ['a chunk twice', [account(0), account(0)], chunks(null, null), /2 accounts of 1 chunks/],
    [
      'counts that are none',
      [account(0, { read: -1, ok: -1 })],
      chunks(null),
      /chunk 0, -1 rows read, a count/,
    ],
    ['halves of rows', [account(0, { read: 1, ok: 0.5, failed: 0.5 })], chunks(null), /chunk 0, 0.5 rows ok/],
    ['a digest that is none', [account(0, {}, '')], chunks(null), /chunk 0, the digest of its keys/],
  ])('do not close over %s', (_, accounts, all, message) => {
    expect(() => addUp(accounts, all)).toThrow(
      expect.objectContaining({ code: 'ROWS_DO_NOT_ADD_UP', message: expect.stringMatching(message) }),
    );
  });
});
