import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plimsoll, type Served, served } from './cli.ts';
import { call } from './serving/client.ts';
import { FOREST, FOREST_FILE, UNHURRIED } from './serving/explained-forest.ts';

/** What was explained with an answer is in the prediction log, and the log explains it again. */

const { rows, background } = FOREST;
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-explained-'));
const data = join(folder, 'data');
const written = (name: string, value: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
};
const push = (...more: string[]): void => {
  const { status, stderr } = plimsoll('push', FOREST_FILE, '--name', 'forest', '--data', data, ...more);
  expect(status, stderr).toBe(0);
};
let server: Served;

beforeAll(async () => {
  process.env['PLIMSOLL_EXPLAIN_TIMEOUT'] = UNHURRIED;
  const reasons = written('reasons.json', { columns: { x2: { lowers: 'Third is {value}', code: 'R3' } } });
  push('--background', written('background.json', background), '--reasons', reasons);
  server = await served(['--data', data, '--workers', '1']);
}, 120_000);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('an answer is explained again as it was, by the rows that it was explained against', {
  timeout: 150_000,
}, async () => {
  const ask = async (id: string, explain: unknown) =>
    call(`${server.said.url}/models/forest/predict`, {
      body: { rows, explain },
      headers: { 'x-request-id': id },
    });
  const told = await ask('told', { top: 2 });
  const whole = await ask('whole', { reasons: false, method: 'tree-path-dependent' });
  await ask('plain', false);
  const shown = (id: string) => plimsoll('requests', 'show', id, '--data', data, '--json');
  await expect.poll(() => shown('plain').status, { timeout: 90_000, interval: 1000 }).toBe(0);
  const { rows: logged } = JSON.parse(shown('told').stdout);
  expect(logged).toHaveLength(rows.length);
  for (const [row, { explanation }] of logged.entries())
    expect(explanation).toMatchObject({
      ask: { top: 2, reasons: true },
      method: 'tree-interventional',
      background: told.json.explanation.background.digest,
      reasons: told.json.explanation.reasons[row],
    });
  expect(JSON.parse(shown('plain').stdout).rows[0].explanation).toBeUndefined();

  push('--background', written('other.json', background.slice(0, 5)));
  const again = (id: string) => {
    const { status, stdout, stderr } = plimsoll('requests', 'explain', id, '--data', data, '--json');
    expect(status, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  for (const [id, answer] of Object.entries({ told, whole })) {
    const { identical, version, explanation } = again(id);
    expect({ identical, version }).toEqual({ identical: true, version: 1 });
    expect(explanation).toEqual(answer.json.explanation);
  }
  expect(again('plain')).toMatchObject({ identical: null, explanation: { background: { rows: 5 } } });
});
