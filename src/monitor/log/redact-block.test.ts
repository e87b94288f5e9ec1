import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasherOf, hashKeyOf } from '../../capture/hash-key.ts';
import { redactionKeyPath } from '../../capture/paths.ts';
import { findLoggedRequest, withMemoryDuckDB } from './find-request.ts';
import type { RedactionRules } from './redact-block.ts';
import { localSegments, scanSql } from './segment-scan.ts';
import { loggedBlockOf, loggedNumbers, logsOf, texts } from './testing/blocks.ts';

const hash = hasherOf(Buffer.from('a key'));
const redactions = (
  rules: RedactionRules['rules'],
  buckets: RedactionRules['buckets'] = () => null,
): RedactionRules => ({
  rules,
  hash,
  buckets,
});

describe('what must not be in the log', () => {
  const logs = logsOf();

  it('is left out, hashed, or kept as a bin, and is nowhere in the file', async () => {
    const rules = { secret: 'drop', name: 'hash', income: 'bucket', score: 'hash', predict: 'drop' } as const;
    const bins = (values: Float64Array) => Array.from(values, (x) => (x > 50_000 ? '> 50,000' : '≤ 50,000'));
    const log = await logs({
      redactions: () => redactions(rules, (_, { values }) => bins(values as Float64Array)),
    });
    const block = loggedBlockOf(
      [
        texts('secret', 'SECRETONE', 'SECRETTWO', null),
        texts('name', 'ADALOVELACE', 'ADALOVELACE', null),
        loggedNumbers('income', 77_123.25, 12, 60_000),
        loggedNumbers('score', 4711.125, 4711.125, Number.NaN),
        loggedNumbers('age', 1, 2, 3),
      ],
      [texts('predict', 'ANSWERED', 'ANSWERED', 'ANSWERED')],
    );
    await log.log(block);
    const [segment] = await localSegments(log, { endpoint: 'churn' });
    const rows = await withMemoryDuckDB(async (db) =>
      (await db.runAndReadAll(`SELECT * FROM ${scanSql([segment!.file])} ORDER BY time`)).getRowObjects(),
    );
    expect(Object.keys(rows[0]!)).not.toContain('in_secret');
    expect(Object.keys(rows[0]!)).not.toContain('out_predict');
    expect(rows.map(({ in_name: name }) => name)).toEqual([hash('ADALOVELACE'), hash('ADALOVELACE'), null]);
    expect(rows.map(({ in_income: bin }) => bin)).toEqual(['> 50,000', '≤ 50,000', '> 50,000']);
    expect(rows.map(({ in_score: score }) => score)).toEqual([hash('4711.125'), hash('4711.125'), null]);
    const text = readFileSync(segment!.file, 'latin1');
    for (const word of ['SECRET', 'ADALOVELACE', 'ANSWERED', '4711']) expect(text).not.toContain(word);
    const found = await findLoggedRequest(log, `q${block.seq}-0`);
    expect(found.rows[0]).toMatchObject({ redacted: { name: 'hash', income: 'bucket', score: 'hash' } });
  });

  it('is not kept where there are no bins yet', async () => {
    const log = await logs({ redactions: () => redactions({ income: 'bucket' }) });
    const block = loggedBlockOf([loggedNumbers('income', 77_123)]);
    await log.log(block);
    expect((await findLoggedRequest(log, `q${block.seq}-0`)).rows[0]!['inputs']).toEqual({ income: null });
  });

  it('is that of its endpoint, whatever columns are called', async () => {
    const log = await logs({
      redactions: (endpoint) => redactions(endpoint === 'churn' ? { x: 'drop' } : {}),
    });
    const [here, there] = [{}, { endpoint: 'other' }].map((more) =>
      loggedBlockOf([loggedNumbers('x', 1), loggedNumbers('constructor', 2)], [], more),
    );
    await log.log(here!, there!);
    const inputs = async (seq: number) => (await findLoggedRequest(log, `q${seq}-0`)).rows[0]!['inputs'];
    expect(await inputs(here!.seq)).toEqual({ constructor: 2 });
    expect(await inputs(there!.seq)).toEqual({ x: 1, constructor: 2 });
  });
});

describe('the key of hashes', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-key-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('is made once in a data folder, for its owner alone', () => {
    const key = hashKeyOf(dataDir);
    expect(key).toHaveLength(32);
    expect(hashKeyOf(dataDir)).toEqual(key);
    expect(statSync(redactionKeyPath(dataDir)).mode & 0o777).toBe(0o600);
  });

  it('gives equal values equal hashes, and others others', () => {
    const [one, two] = [hasherOf(Buffer.from('1')), hasherOf(Buffer.from('2'))];
    expect(one('a')).toMatch(/^[0-9a-f]{16}$/);
    expect(one('a')).toBe(one('a'));
    expect(new Set([one('a'), one('b'), two('a'), one('')]).size).toBe(4);
    expect(one(one('a'))).not.toBe(one('a'));
  });
});
