import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withMemoryDuckDB } from './find-request.ts';
import { applyRetention, compactSegments, ORPHAN_GRACE_MS, removeOrphans } from './log-maintenance.ts';
import { localSegments, scanSql } from './segment-scan.ts';
import { DAY_ONE, loggedBlockOf, loggedNumbers, logsOf, type TestLog, texts } from './testing/blocks.ts';

const DAY = 86_400_000;
const KEEP_ALL = { keep: 1000 * DAY, maxBytes: 1e12 };
const upkeepOf = ({ store, folder }: TestLog) => ({ store, folder, replica: 'r1' });

/** Files below the folder of the log, in the index or not. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.parquet'))
    .toSorted();

const rowsIn = async (log: TestLog): Promise<unknown[][]> => {
  const files = (await localSegments(log, { endpoint: null })).map(({ file }) => file);
  const query = `SELECT request_id, in_x, in_t FROM ${scanSql(files)} ORDER BY time, request_id`;
  return withMemoryDuckDB(async (db) => (await db.runAndReadAll(query)).getRows());
};

describe('files of the log', () => {
  const logs = logsOf();

  const filled = async (files: number): Promise<TestLog> => {
    const log = await logs();
    for (let i = 0; i < files; i++)
      await log.log(
        loggedBlockOf([loggedNumbers('x', i, -0, Infinity), texts('t', 'é', null, 'a\0b')], [], {
          from: DAY_ONE + i,
        }),
      );
    return log;
  };

  it('are put together without a row lost, added or changed', async () => {
    const log = await filled(20);
    await log.log(loggedBlockOf([texts('x', 'other'), texts('t', 'shape')]));
    const before = await rowsIn(log);
    const now = DAY_ONE + 10_000;
    expect(await compactSegments(upkeepOf(log), now)).toBe(19);
    expect(await rowsIn(log)).toEqual(before);
    const segments = await localSegments(log, { endpoint: 'churn' });
    expect(segments.map(({ rows, from, to }) => [rows, from - DAY_ONE, to - DAY_ONE])).toEqual([
      [60, 0, 2019],
      [1, 0, 0],
    ]);
    expect(await compactSegments(upkeepOf(log), now)).toBe(0);
    // Somebody may still read the old ones.
    expect(filesIn(log.folder)).toHaveLength(22);
    expect(await removeOrphans(upkeepOf(log), now + ORPHAN_GRACE_MS - 1)).toBe(0);
    expect(await removeOrphans(upkeepOf(log), now + ORPHAN_GRACE_MS + 1)).toBe(20);
    expect(await rowsIn(log)).toEqual(before);
  });

  it('that a crash left behind are swept up, and nothing else', async () => {
    const log = await filled(2);
    // Written, and the process ended before the index knew.
    const [lost] = await log.writer.write([loggedBlockOf([loggedNumbers('x', 1), texts('t', 'a')])]);
    const torn = join(log.folder, 'churn/2026-11-01/1-v1-ab-cd.parquet.tmp');
    writeFileSync(torn, 'PAR1');
    const now = Date.now();
    expect(await removeOrphans(upkeepOf(log), now)).toBe(0);
    for (const file of filesIn(log.folder)) utimesSync(join(log.folder, file), 0, 0);
    expect(await removeOrphans(upkeepOf(log), now)).toBe(2);
    expect([existsSync(torn), existsSync(join(log.folder, lost!.path))]).toEqual([false, false]);
    expect(await rowsIn(log)).toHaveLength(6);
    expect(await removeOrphans({ ...upkeepOf(log), folder: join(log.folder, 'none') }, now)).toBe(0);
  });

  it('of one block are part of the log once, whoever writes it again', async () => {
    const log = await filled(1);
    const block = loggedBlockOf([loggedNumbers('x', 5), texts('t', 'once')]);
    await log.log(block);
    const again = await log.writer.write([block]);
    expect(await log.store.takeIn({ at: 0, blocks: [block], segments: again, ticks: [] })).toBe(false);
    await log.writer.discard(again);
    expect(await rowsIn(log)).toHaveLength(4);
    expect(filesIn(log.folder)).toHaveLength(2);
  });

  it('that are too old go, those of servers that are gone a day later', async () => {
    const log = await filled(3);
    const now = DAY_ONE + 10 * DAY;
    await log.log(loggedBlockOf([loggedNumbers('x', 9), texts('t', 'new')], [], { from: now - DAY }));
    const other = (path: string, to: number) => ({
      ...{ path, replica: 'gone', endpoint: 'churn', from: 0, to, rows: 1, bytes: 1 },
    });
    const [gone, kept] = [other('a/2026-10-01/1', now - 4 * DAY), other('a/2026-10-01/2', now - 2.5 * DAY)];
    await log.store.takeIn({ at: 0, blocks: [], segments: [gone, kept], ticks: [] });
    expect(await applyRetention(upkeepOf(log), () => ({ ...KEEP_ALL, keep: 2 * DAY }), now)).toHaveLength(4);
    const left = await log.store.segments({ endpoint: null, from: 0, to: now });
    expect(left.map(({ rows, replica }) => [rows, replica])).toEqual([
      [1, 'gone'],
      [1, 'r1'],
    ]);
    expect(await removeOrphans(upkeepOf(log), now + 2 * ORPHAN_GRACE_MS)).toBe(3);
  });

  it('that are too much go, the oldest first, by endpoint', async () => {
    const log = await filled(5);
    await log.log(loggedBlockOf([loggedNumbers('x', 1), texts('t', 'x')], [], { endpoint: 'other' }));
    const bytes = (await localSegments(log, { endpoint: 'churn' }))[0]!.bytes;
    const keepOf = (endpoint: string) => ({
      ...KEEP_ALL,
      maxBytes: endpoint === 'churn' ? 2.5 * bytes : 1e12,
    });
    await applyRetention(upkeepOf(log), keepOf, DAY_ONE + DAY);
    const left = await localSegments(log, { endpoint: null });
    expect(left.map(({ endpoint, from }) => [endpoint, from - DAY_ONE]).toSorted()).toEqual([
      ['churn', 3],
      ['churn', 4],
      ['other', 0],
    ]);
  });

  it('that are gone from the disk hinder nothing', async () => {
    const log = await filled(20);
    const [first] = await localSegments(log, { endpoint: 'churn' });
    rmSync(first!.file);
    expect(await compactSegments(upkeepOf(log), DAY_ONE + 1)).toBe(0);
    expect(await rowsIn(log)).toHaveLength(57);
    mkdirSync(join(log.folder, 'stranger/day'), { recursive: true });
    expect(await removeOrphans(upkeepOf(log), DAY_ONE)).toBe(0);
  });
});
