import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, expect, test } from 'vitest';
import { keys } from './keys.ts';
import { Terminal } from './terminal.ts';

const data = mkdtempSync(join(tmpdir(), 'plimsoll-keys-'));
afterAll(() => rmSync(data, { recursive: true }));

/** Runs `keys create` in this process; it rejects as the command fails. */
function create(...args: readonly string[]): Promise<Command> {
  const program = new Command('plimsoll').option('--data <dir>');
  keys(program.command('keys'), new Terminal({ json: true, quiet: true }));
  return program.parseAsync(['--data', data, 'keys', 'create', ...args], { from: 'user' });
}

test.each([
  [
    ['--name', 'x', '--scope', 'root'],
    'USAGE',
    '--scope is "root", wanted one of predict, viewer, operator, admin',
  ],
  [
    ['--name', 'x', '--scope', 'admin', '--endpoint', 'churn'],
    'USAGE',
    '--endpoint is for keys of scope predict',
  ],
  [
    ['--name', 'x', '--scope', 'admin', '--expires', 'soon'],
    'USAGE',
    '--expires is "soon", wanted a duration',
  ],
  [['--name', 'x', '--scope', 'admin', '--expires', '9999d'], 'REQUEST_INVALID', 'its life is'],
  [['--name', 'two words', '--scope', 'admin'], 'REQUEST_INVALID', 'the name of the key is "two words"'],
])('keys create %j is wrong usage', async (args, code, message) => {
  const refusal = { code, exit: 2, message: expect.stringContaining(message) };
  await expect(create(...args)).rejects.toMatchObject(refusal);
});
