import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { PlimsollError } from '../core/errors.ts';
import { retryConflict } from './session.ts';
import { openSqlite } from './sqlite/sqlite.ts';

const busy = () => new PlimsollError('STORE_BUSY', { where: 'here', reason: 'a test' });

describe('trying again', () => {
  it('goes on until the others are out of the way', async () => {
    let calls = 0;
    const answer = await retryConflict(async () => {
      calls += 1;
      if (calls < 5) throw busy();
      return calls;
    });
    expect(answer).toBe(5);
  });

  it('passes on any other error at once', async () => {
    let calls = 0;
    const failed = retryConflict(async () => {
      calls += 1;
      throw new PlimsollError('STORE_UNAVAILABLE', { where: 'here', reason: 'a test' });
    });
    await expect(failed).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(calls).toBe(1);
  });

  it('gives up in time where another process never stops writing, and works again after it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-session-'));
    const path = join(folder, 'store.db');
    const holder = new DatabaseSync(path);
    const db = openSqlite(path);
    holder.exec('begin immediate');
    const write = () => retryConflict(() => sql`create table written (n integer)`.execute(db), 200);
    const began = performance.now();
    await expect(write()).rejects.toMatchObject({ code: 'STORE_BUSY', http: 503 });
    expect(performance.now() - began).toBeLessThan(5000);
    holder.exec('commit');
    await write();
    await db.destroy();
    holder.close();
    rmSync(folder, { recursive: true });
  });
});
