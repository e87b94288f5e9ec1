import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { auditHash, firstBreak, GENESIS } from './audit-chain.ts';
import type { AuditRow } from './store.ts';

const chain = (length: number): AuditRow[] => {
  const rows: AuditRow[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const previous = rows.at(-1)?.hash ?? GENESIS;
    const entry = {
      seq,
      previous,
      at: seq,
      by: 'ann',
      what: 'route.changed',
      subject: 'churn',
      body: { seq },
    };
    rows.push({ ...entry, hash: auditHash(entry) });
  }
  return rows;
};

describe('the chain of the audit log', () => {
  it('is what its docstring says, computed here without its code', () => {
    const text = `{"at":1,"body":{"seq":1},"by":"ann","previous":"${'0'.repeat(64)}","seq":1,"subject":"churn","what":"route.changed"}`;
    expect(chain(1)[0]?.hash).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
  });

  it('holds as it was written, as a whole and from any entry on', () => {
    const rows = chain(5);
    expect(firstBreak(rows)).toBeNull();
    expect(firstBreak(rows.slice(3), rows[2])).toBeNull();
    expect(firstBreak([])).toBeNull();
  });

  it('breaks at an entry that was changed, dropped, added or moved', () => {
    const rows = chain(5);
    const changed = rows.with(2, { ...rows[2]!, by: 'bob' });
    expect(firstBreak(changed)).toBe(3);
    // Whoever also corrects the hash breaks the entry after it.
    const rehashed = rows.with(2, { ...rows[2]!, by: 'bob', hash: auditHash({ ...rows[2]!, by: 'bob' }) });
    expect(firstBreak(rehashed)).toBe(4);
    expect(firstBreak(rows.toSpliced(1, 1))).toBe(2);
    expect(firstBreak(rows.toSpliced(1, 0, rows[0]!))).toBe(2);
    expect(firstBreak([rows[0]!, rows[2]!, rows[1]!])).toBe(2);
    expect(firstBreak(rows.slice(1))).toBe(1);
  });
});
