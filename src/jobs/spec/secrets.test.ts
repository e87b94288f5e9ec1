// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import { openLedger } from '../../store/ledger/open.ts';
import { newRun } from '../../store/ledger/testing/ledgers.ts';
import { runFactsOf } from '../plan/facts.ts';
import { aPlan } from '../plan/testing/plans.ts';
import { specOf } from './flags.ts';
import { filledUri, redactedError } from './redaction.ts';
import { keepSecrets, redactorFor, secretsOf, splitSecrets } from './secrets.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-secrets-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const HERE = { cores: 2, folder: '/home', isThere: () => false };
const CANARY = 'c4n4ry';
const given = (output: string, input = `https://h/a.csv?sig=${CANARY}1`) =>
  specOf({ job: 'j', model: 'm@1', input, output, key: 'id' }, HERE);

describe('the secrets of a job', () => {
  it('are kept in a file for this user alone, and put back where they are used', () => {
    const whole = given(`postgres://ann:${CANARY}@h/db?table=t`);
    const { spec, secrets } = splitSecrets(whole);
    keepSecrets(dataDir, 'j', secrets);
    const file = join(dataDir, 'keys', 'jobs', 'j.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'keys', 'jobs')).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      'secret.source.sig': `${CANARY}1`,
      'secret.sink.password': CANARY,
    });
    const used = secretsOf(spec, dataDir, {});
    expect(filledUri(spec.sink.uri, used)).toBe(whole.sink.uri);
    expect(filledUri(spec.source.uri, used)).toBe(whole.source.uri);
  });

  it('are replaced as a whole, and leave no file behind where there are none', () => {
    keepSecrets(dataDir, 'j', { 'secret.sink.password': 'one', 'secret.source.password': 'two' });
    writeFileSync(join(dataDir, 'keys', 'jobs', `j.json.${process.pid}.tmp`), 'of a process that was killed');
    keepSecrets(dataDir, 'j', { 'secret.sink.password': 'three' });
    expect(readdirSync(join(dataDir, 'keys', 'jobs'))).toEqual(['j.json']);
    keepSecrets(dataDir, 'j', {});
    expect(readdirSync(join(dataDir, 'keys', 'jobs'))).toEqual([]);
  });

  it('come from the environment where the job says so, and are stored nowhere', () => {
    const { spec, secrets } = splitSecrets(
      given('postgres://ann:${PGPASSWORD}@h/db?table=t', '${URL}?table=t'),
    );
    expect(secrets).toEqual({});
    const env = { PGPASSWORD: CANARY, URL: 'postgres://h/in', OTHER: 'x' };
    expect(secretsOf(spec, dataDir, env)).toEqual({ PGPASSWORD: CANARY, URL: 'postgres://h/in' });
  });

  it('are left out of errors, wherever they came from; what else came from the environment is told', () => {
    const spec = given('postgres://ann:${PGPASSWORD}@${PGHOST}/db?table=t');
    const secrets = { PGPASSWORD: `${CANARY}/%`, PGHOST: 'db.local' };
    const redact = redactorFor(spec, secrets);
    const where = filledUri(spec.sink.uri, secrets);
    const error = new PlimsollError('SINK_UNAVAILABLE', {
      where,
      reason: `no ${CANARY}/% or ${CANARY}1`,
      job: 'j',
    });
    const told = redactedError(error, redact);
    expect(told.message).toBe('Cannot reach postgres://ann:…@db.local/db?table=t: no … or …');
    expect(JSON.stringify(told)).not.toContain(CANARY);
    const plain = new PlimsollError(
      'SINK_UNAVAILABLE',
      { where: 'db.local', reason: 'gone' },
      { cause: error },
    );
    expect(redactedError(plain, redact)).toBe(plain);
  });

  it('are named where they are missing, with what to do', () => {
    const { spec } = splitSecrets(given(`postgres://ann:${CANARY}@h/db?table=t`, 'a.csv'));
    const kept = '${secret.sink.password}';
    expect(() => secretsOf(spec, dataDir, {})).toThrow(
      expect.objectContaining({ code: 'SECRET_MISSING', details: expect.objectContaining({ name: kept }) }),
    );
    mkdirSync(join(dataDir, 'keys', 'jobs'), { recursive: true });
    writeFileSync(join(dataDir, 'keys', 'jobs', 'j.json'), '{"secret');
    expect(() => secretsOf(spec, dataDir, {})).toThrow(expect.objectContaining({ code: 'SECRET_MISSING' }));
    const variable = given('postgres://ann:${NOT_SET}@h/db?table=t', 'a.csv');
    expect(() => secretsOf(variable, dataDir, {})).toThrow(/\$\{NOT_SET\}.*no such variable/);
  });

  it('are in nothing that is stored: neither spec nor ledger nor facts', async () => {
    const { spec } = splitSecrets(given(`postgres://ann:${CANARY}@h/db?table=t&sslpassword=${CANARY}3`));
    const path = join(dataDir, 'jobs.sqlite');
    const ledger = await openLedger(`sqlite:${path}`);
    await ledger.begin({ name: 'j', spec, createdAt: 0, createdBy: 'ann' }, newRun('r1', { spec }));
    await ledger.claim('r1', 'h', 0, 10);
    await ledger.change('r1', 1, { facts: runFactsOf(spec, aPlan()) });
    await ledger.close();
    for (const name of readdirSync(dataDir))
      expect(readFileSync(join(dataDir, name), 'latin1')).not.toContain(CANARY);
  });
});
