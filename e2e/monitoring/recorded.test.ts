import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plimsoll, type Served, served } from '../cli.ts';
import { fixture } from '../rollouts/control.ts';
import { csvOf, People } from './people.ts';

/** What was logged of a real server is golden for its model, and is sent again to versions and servers. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-recorded-'));
const data = join(folder, 'data');
const people = new People(3);
let server: Served;

beforeAll(async () => {
  const reference = join(folder, 'reference.csv');
  writeFileSync(reference, csvOf(people.many(2000)));
  const args = ['push', fixture('stable'), '--name', 'credit', '--reference', reference, '--data', data];
  const { status, stderr } = plimsoll(...args);
  expect(status, stderr).toBe(0);
  server = await served(['--data', data, '--workers', '1']);
  for (let i = 0; i < 30; i++) {
    const rows = people.many(10, 1.5).map(({ row }) => row);
    const response = await fetch(`${server.said.url}/models/credit/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows }),
    });
    expect(response.status).toBe(200);
  }
}, 180_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('all that was answered is logged', { timeout: 120_000 }, async () => {
  const logged = (): number => {
    const output = join(folder, 'all.jsonl');
    const { status: code } = plimsoll('requests', 'export', 'credit', '--data', data, '-o', output);
    return code === 0 ? readFileSync(output, 'utf8').trim().split('\n').length : 0;
  };
  await expect.poll(logged, { timeout: 90_000, interval: 1000 }).toBe(300);
});

test('rows of the drifted region are golden rows that their model passes', { timeout: 60_000 }, () => {
  const output = join(folder, 'golden.json');
  const made = plimsoll(
    'requests',
    'golden',
    'credit',
    '--drifted',
    '--rows',
    '40',
    '-o',
    output,
    '--data',
    data,
    '--json',
  );
  expect(made.status, made.stderr).toBe(0);
  const { rows, region } = JSON.parse(made.stdout);
  expect({ rows, feature: region.feature }).toEqual({ rows: 40, feature: 'debt' });
  expect(region.current).toBeGreaterThan(region.reference + 0.1);
  const { input } = JSON.parse(readFileSync(output, 'utf8'));
  expect(input.dataframe_split.data).toHaveLength(40);
  const verified = plimsoll('verify', fixture('stable'), '--golden', output, '--json');
  expect(verified.status, verified.stdout + verified.stderr).toBe(0);
  const other = plimsoll('verify', fixture('shifted'), '--golden', output);
  expect(other.status).not.toBe(0);
});

test('recorded requests have the same answers from their version, and from a server', {
  timeout: 60_000,
}, () => {
  for (const to of ['credit@1', server.said.url]) {
    const args = ['requests', 'replay', 'credit', '--to', to, '--speed', '0', '--data', data, '--json'];
    const { status, stdout, stderr } = plimsoll(...args);
    expect(status, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ requests: 30, rows: 300, failed: 0, different: 0 });
    expect(report.outputs.predict).toMatchObject({ cells: 300, different: 0 });
  }
});
