import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BIN, folder } from './cli.ts';

const directory = folder();
const slow = join(directory, 'slow.pkl');

/** A pickle that puts a number on the stack and takes it off again, millions of times: None in the end. */
beforeAll(() => {
  const round = Buffer.from([0x4b, 1, 0x30]);
  writeFileSync(
    slow,
    Buffer.concat([Buffer.from([0x80, 2]), Buffer.alloc(3 * 24_000_000, round), Buffer.from('N.')]),
  );
});
afterAll(() => rmSync(directory, { recursive: true }));

/** What a terminal gets: script(1) of util-linux runs the command on one. */
function onTerminal(...args: readonly string[]): string {
  const command = [process.execPath, BIN, ...args].join(' ');
  return spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', input: '' }).stdout;
}

const LINE = /\rslow\.pkl: reading [█░]+ \d+ %/;

test.skipIf(process.platform !== 'linux')(
  'the reading of a large file shows how far it is, on a terminal alone, and leaves no trace',
  () => {
    const shown = onTerminal('inspect', slow);
    expect(shown).toMatch(LINE);
    const end = shown.slice(shown.lastIndexOf('\r\u001b[K'));
    expect(end).toContain('Cannot be served yet');
    expect(end).not.toContain('reading');
    expect(onTerminal('inspect', slow, '--quiet')).not.toMatch(LINE);
    const piped = spawnSync(process.execPath, [BIN, 'inspect', slow], { encoding: 'utf8' });
    expect(piped.stderr).toBe('');
  },
);
