import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../migrations/all.ts';
import { openStore } from '../open.ts';
import { version } from '../testing/rows.ts';
import { rejectionCodeOf, storesOf } from '../testing/stores.ts';
import { openSqlite } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-sqlite-'));
let files = 0;
const path = () => join(folder, `${++files}.db`);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a store in a SQLite file', () => {
  const stores = storesOf({ name: 'sqlite', fresh: async () => `sqlite:${path()}` });

  it('has every commit on the disk before it is answered', async () => {
    const file = path();
    await stores.at(`sqlite:${file}`);
    const db = openSqlite(file);
    const ask = async (pragma: string) =>
      Object.values((await sql.raw(`pragma ${pragma}`).execute(db)).rows[0] as object)[0];
    // 2 is FULL: https://sqlite.org/pragma.html#pragma_synchronous
    expect([await ask('journal_mode'), await ask('synchronous'), await ask('foreign_keys')]).toEqual([
      'wal',
      2,
      1,
    ]);
    await db.destroy();
  });

  it('waits for another process that writes, without stopping this one', async () => {
    const file = path();
    const store = await stores.at(`sqlite:${file}`);
    const program = fileURLToPath(new URL('../testing/hold-lock.ts', import.meta.url));
    const holder = spawn(process.execPath, [program, file, '400']);
    await once(holder.stdout, 'data');
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 10);
    const row = await store.transaction(({ versions }) => versions.insert(version()));
    clearInterval(ticking);
    expect(row.version).toBe(1);
    expect(ticks).toBeGreaterThan(10);
  });

  it.each(['none', 'first'])(
    'keeps what was committed when the disk is full (thread: %s)',
    async (thread) => {
      // A limit on the size of files stands for a full disk: writes fail, and nothing else does.
      const program = fileURLToPath(new URL('../testing/fill-disk.ts', import.meta.url));
      const command = 'ulimit -f 1024; exec "$0" "$1" "$2" "$3"';
      const url = `sqlite:${path()}`;
      const output = execFileSync('bash', ['-c', command, process.execPath, program, url, thread], {
        encoding: 'utf8',
      });
      const { code, written, newest } = JSON.parse(output);
      expect(code).toBe('STORE_UNWRITABLE');
      expect(written).toBeGreaterThan(0);
      expect(newest).toBe(written);
      const { tables } = await stores.at(url);
      expect((await tables.versions.list('churn', { limit: 1 })).items[0]?.version).toBe(written);
    },
  );

  it('is refused with a code where it cannot be: a folder, a folder that is not there, no database', async () => {
    const taken = path();
    mkdirSync(taken);
    expect(await rejectionCodeOf(openStore(`sqlite:${taken}`))).toBe('STORE_UNWRITABLE');
    expect(await rejectionCodeOf(openStore(`sqlite:${join(folder, 'none', 'store.db')}`))).toBe(
      'STORE_UNWRITABLE',
    );
    const text = path();
    writeFileSync(text, 'not a database'.repeat(1000));
    expect(await rejectionCodeOf(openStore(`sqlite:${text}`))).toBe('STORE_DAMAGED');
  });

  it('is refused where a newer program wrote it, and left as it is', async () => {
    const file = path();
    await (await openStore(`sqlite:${file}`)).close();
    const newer = new DatabaseSync(file);
    newer.exec(`insert into schema_versions values (99, 'from the future')`);
    await expect(openStore(`sqlite:${file}`)).rejects.toMatchObject({
      code: 'STORE_NEWER',
      details: { found: 99 },
    });
    expect(newer.prepare('select count(*) as n from schema_versions').get()).toEqual({
      n: MIGRATIONS.length + 1,
    });
    newer.close();
  });

  it('may be in memory, each by itself', async () => {
    const [one, two] = [await stores.at('sqlite::memory:'), await stores.at('sqlite::memory:')];
    await one.tables.versions.insert(version());
    expect(await one.tables.versions.get('churn', 1)).not.toBeNull();
    expect(await two.tables.versions.get('churn', 1)).toBeNull();
  });
});

describe('the URL of a store', () => {
  it('names a kind that there is, and is shown without its password', async () => {
    const wrong = [
      '',
      'sqlite:',
      'sqlite',
      'mysql://u:secret@host/db',
      'postgres:',
      'postgres://u:se/cret@host/db',
      '/tmp/x.db',
    ];
    for (const url of wrong) {
      const error = await openStore(url).catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ code: 'STORE_URL_INVALID' });
      expect(String(error)).not.toContain('cret');
    }
  });
});
