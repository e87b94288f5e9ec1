import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VersionLog, versionLogPath } from './logs.ts';

test('lines of a version are kept with process and stream, in files of bounded size, and told to the logger', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-python-'));
  const told: string[] = [];
  const logger = { info: (_: object, line: string) => told.push(line), warn: () => 0, error: () => 0 };
  const log = new VersionLog({ dataDir, model: 'churn/a', version: 3, logger, maxBytes: 1_000 });
  for (let i = 0; i < 50; i++) log.write(`line ${i}`, i % 2 ? 'stderr' : 'stdout', 42);
  log.close();
  const path = versionLogPath(dataDir, 'churn/a', 3);
  expect(path).toBe(join(dataDir, 'logs/python/churn%2Fa@3.log'));
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(/^\d{4}-.*Z 42 stderr line 49$/);
  expect(told.length).toBe(50);
  for (const file of [path, `${path}.1`]) expect(statSync(file).size).toBeLessThanOrEqual(1_000);
});
