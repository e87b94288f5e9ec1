import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN, folder } from './cli.ts';

const directory = folder();
const slow = join(directory, 'slow.json');

/** Texts in the place of a booster, which take seconds to read. */
beforeAll(() => {
  const texts = Buffer.alloc(4 * 30_000_000, '"a",');
  writeFileSync(
    slow,
    Buffer.concat([Buffer.from('{"version":[3,0,0],"learner":{"note":['), texts, Buffer.from('"b"]}}')]),
  );
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
    expect(end).toContain('gradient_booster is missing');
    expect(end).not.toContain('reading');
    expect(onTerminal('inspect', slow, '--quiet')).not.toMatch(LINE);
    const piped = spawnSync(process.execPath, [BIN, 'inspect', slow], { encoding: 'utf8' });
    expect(piped.stderr).not.toContain('reading');
  },
);
