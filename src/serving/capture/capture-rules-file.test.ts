import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  captureRuleOf,
  DEFAULT_CAPTURE_RULE,
  DEFAULT_CAPTURE_RULES,
  NO_CAPTURE_RULES,
  pinnedRuleOf,
} from '../../capture/capture-rules.ts';
import { CaptureRulesFile } from './capture-rules-file.ts';

function rulesFile() {
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-rules-')), 'capture.json');
  const said: string[] = [];
  const log = (_fields: object, message: string): void => void said.push(message);
  const file = new CaptureRulesFile(path, { info: log, warn: log, error: log });
  /** As the monitoring side writes it. */
  const write = (text: string): void => {
    writeFileSync(`${path}.tmp`, text);
    renameSync(`${path}.tmp`, path);
  };
  const following = async () => {
    await file.refresh();
    return file.rules;
  };
  return { path, said, file, write, following };
}

const RULES = {
  other: DEFAULT_CAPTURE_RULE,
  endpoints: { churn: { ...DEFAULT_CAPTURE_RULE, drop: ['ssn'] } },
};

test('nothing is captured before anybody has looked; without a file everything is', async () => {
  const { file, following } = rulesFile();
  expect(file.rules).toBe(NO_CAPTURE_RULES);
  expect(await following()).toBe(DEFAULT_CAPTURE_RULES);
});

test('a file is followed whenever it changes, and goes on being followed when it is gone or makes no sense', async () => {
  const { path, said, write, following } = rulesFile();
  write(JSON.stringify(RULES));
  expect(await following()).toEqual(RULES);
  write(JSON.stringify({ ...RULES, endpoints: {} }));
  expect(await following()).toEqual({ ...RULES, endpoints: {} });
  write(JSON.stringify(RULES));
  await following();
  write('{"other":');
  expect(await following()).toEqual(RULES);
  expect(await following()).toEqual(RULES);
  expect(said).toEqual(['the rules of before are followed: the rules cannot be read']);
  rmSync(path);
  expect(await following()).toEqual(RULES);
});

test.each([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['a rule too few', '{"endpoints":{}}'],
  ['a share beyond 1', JSON.stringify({ other: { ...DEFAULT_CAPTURE_RULE, share: 2 }, endpoints: {} })],
  ['names that are none', JSON.stringify({ other: { ...DEFAULT_CAPTURE_RULE, drop: 'ssn' }, endpoints: {} })],
  ['an endpoint without a rule', JSON.stringify({ other: DEFAULT_CAPTURE_RULE, endpoints: { churn: null } })],
])('from the start with %s nothing is captured until the file is mended', async (_what, text) => {
  const { said, write, following } = rulesFile();
  write(text);
  expect(captureRuleOf(await following(), 'churn').enabled).toBe(false);
  expect(said).toEqual(['nothing is captured: the rules cannot be read']);
  write(JSON.stringify(RULES));
  expect(captureRuleOf(await following(), 'churn').enabled).toBe(true);
});

test('a request that names a version gives away no more than any endpoint of the model does', () => {
  const rules = {
    other: DEFAULT_CAPTURE_RULE,
    endpoints: {
      live: { ...DEFAULT_CAPTURE_RULE, drop: ['ssn'], hash: ['mail'] },
      churn: { ...DEFAULT_CAPTURE_RULE, share: 0.5, hash: ['city'] },
    },
  };
  expect(pinnedRuleOf(rules, 'churn', ['live', 'churn'])).toEqual({
    ...{ enabled: true, share: 0.5, maxRate: 1000 },
    ...{ drop: ['ssn'], hash: ['city', 'mail'] },
  });
  const off = {
    ...rules,
    endpoints: { ...rules.endpoints, live: { ...DEFAULT_CAPTURE_RULE, enabled: false } },
  };
  expect(pinnedRuleOf(off, 'churn', ['live']).enabled).toBe(false);
  expect(captureRuleOf(rules, 'toString')).toBe(DEFAULT_CAPTURE_RULE);
});
