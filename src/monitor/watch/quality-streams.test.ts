import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { emptyQualityState } from '../quality/quality-state.ts';
import { keepStreams, takeStreams } from './quality-streams.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-streams-'));
const path = join(folder, 'streams');
afterEach(() => rmSync(path, { force: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('where streams stand is there for the next process, with all that a number may be, and for no other after it', async () => {
  const none = emptyQualityState(1);
  const run = { ...none.features[0]!.run, of: Number.NaN };
  const state = { ...none, rows: 7, features: [{ ...none.features[0]!, run }] };
  await keepStreams(path, new Map([['churn', state]]));
  expect(await takeStreams(path)).toEqual(new Map([['churn', state]]));
  expect(existsSync(path)).toBe(false);
  expect(await takeStreams(path)).toEqual(new Map());
});

test('what is no such file says nothing', async () => {
  writeFileSync(path, 'no streams');
  expect(await takeStreams(path)).toEqual(new Map());
});
