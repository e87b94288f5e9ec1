import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { plimsoll } from '../cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-replay-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A load every hour, by the hour of the day. */
function loads(name: string, days: number): string {
  const lines = Array.from({ length: days * 24 }, (_, k) => {
    const at = new Date(Date.UTC(2026, 0, 5) + k * 3_600_000);
    return `${at.toISOString()},${50 + 6 * Math.sin((k / 12) * Math.PI) + ((k * 7919) % 101) / 50}`;
  });
  const path = join(folder, name);
  writeFileSync(path, `at,load\n${lines.join('\n')}\n`);
  return path;
}

test('hours of the week that a policy asks for are compared in a replay, or refused with what is missing', () => {
  const [reference, short] = [loads('reference.csv', 21), loads('short.csv', 6)];
  const policy = join(folder, 'policy.yaml');
  writeFileSync(policy, 'drift:\n  season: week\n');
  const replay = (of: string, ...more: readonly string[]) =>
    plimsoll('monitor', 'replay', '--reference', of, '--stream', short, '--policy', policy, ...more);
  expect(replay(reference, '--time', 'at').status).toBe(0);
  const untimed = replay(reference);
  expect(untimed.status).toBe(2);
  expect(untimed.stderr).toContain('drift.season of the policy needs --time');
  const unknown = replay(short, '--time', 'at');
  expect(unknown.stderr).toContain('REFERENCE_INVALID');
  expect(unknown.stderr).toContain('hours of the week are compared from 2 weeks on');
});
