import { expect, test } from 'vitest';
import { auditHash, GENESIS } from './audit-chain.ts';
import type { AuditRow } from './store.ts';
import { verifiedAuditChain } from './verified-audit-chain.ts';

const chainOf = (length: number): AuditRow[] => {
  const rows: AuditRow[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const previous = rows.at(-1)?.hash ?? GENESIS;
    const entry = {
      seq,
      previous,
      at: seq,
      by: 'ann',
      what: 'key.created',
      subject: 'key/shop',
      body: { seq },
    };
    rows.push({ ...entry, hash: auditHash(entry) });
  }
  return rows;
};

const verified = (rows: readonly AuditRow[]) =>
  verifiedAuditChain(async ({ limit = 1, cursor = '0' } = {}) => {
    const end = Number(cursor) + limit;
    return { items: rows.slice(Number(cursor), end), next: end < rows.length ? String(end) : null };
  });

test('a chain of several parts is whole, and tells its end', async () => {
  const rows = chainOf(250);
  const last = { seq: 250, hash: rows.at(-1)?.hash };
  expect(await verified(rows)).toEqual({
    entries: 250,
    intact: true,
    brokenAt: null,
    brokenEntry: null,
    last,
  });
});

test('an entry that was changed, or is not there, is found in whichever part it is', async () => {
  const rows = chainOf(250);
  for (const seq of [1, 100, 101, 250]) {
    const changed = rows.map((row) => (row.seq === seq ? { ...row, by: 'bob' } : row));
    expect(await verified(changed)).toMatchObject({
      ...{ entries: 250, intact: false, brokenAt: seq },
      brokenEntry: { seq, subject: 'key/shop' },
    });
  }
  expect(await verified(rows.toSpliced(100, 1))).toMatchObject({
    ...{ intact: false, brokenAt: 101 },
    brokenEntry: { seq: 102 },
  });
});

test('a log without entries has no last hash', async () => {
  expect(await verified([])).toEqual({
    ...{ entries: 0, intact: true, brokenAt: null, brokenEntry: null },
    last: { seq: 0, hash: null },
  });
});

test('others have a turn while it is computed', async () => {
  let turns = 0;
  const other = setInterval(() => {
    turns += 1;
  }, 0);
  await verified(chainOf(5000));
  clearInterval(other);
  expect(turns).toBeGreaterThan(5);
});
