import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN, folder, ROOT } from './cli.ts';

const directory = folder();
const slow = join(directory, 'slow.json');

/** A booster that is served, with a note of texts, which take seconds to read. */
beforeAll(() => {
  const booster = readFileSync(join(ROOT, 'fixtures/models/xgboost-3.2.0/binary-logitraw.xgb'), 'utf8');
  const [opening, rest] = ['{"learner":{', booster.slice('{"learner":{'.length)];
  expect(booster.startsWith(opening)).toBe(true);
  const texts = Buffer.alloc(4 * 30_000_000, '"a",');
  writeFileSync(slow, Buffer.concat([Buffer.from(`${opening}"note":[`), texts, Buffer.from(`"b"],${rest}`)]));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What a terminal gets: script(1) of util-linux runs the command on one. */
function onTerminal(...args: readonly string[]): string {
  const command = [process.execPath, BIN, ...args].join(' ');
  return spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', input: '' }).stdout;
}

const LINE = /\rslow\.json: reading [█░]+ \d+ %/;

test.skipIf(process.platform !== 'linux')(
  'the reading of a large file shows how far it is, on a terminal alone, and leaves no trace',
  () => {
    const shown = onTerminal('inspect', slow);
    expect(shown).toMatch(LINE);
    const end = shown.slice(shown.lastIndexOf('\r\u001b[K'));
    expect(end).toContain('Takes 5 columns');
    expect(end).not.toContain('reading');
    expect(onTerminal('inspect', slow, '--quiet')).not.toMatch(LINE);
    const piped = spawnSync(process.execPath, [BIN, 'inspect', slow], { encoding: 'utf8' });
    expect([piped.status, piped.stderr]).toEqual([0, '']);
  },
);
