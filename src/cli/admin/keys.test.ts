import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, expect, test } from 'vitest';
import { Terminal } from '../output/terminal.ts';
import { keysCommand } from './keys.ts';

const data = mkdtempSync(join(tmpdir(), 'plimsoll-keys-'));
afterAll(() => rmSync(data, { recursive: true }));

/** Runs `keys create` in this process; it rejects as the command fails. */
function create(...args: readonly string[]): Promise<Command> {
  const program = new Command('plimsoll').option('--data <dir>');
  keysCommand(program.command('keys'), new Terminal({ json: true, quiet: true }));
  return program.parseAsync(['--data', data, 'keys', 'create', ...args], { from: 'user' });
}

test.each([
  [['--scope', 'root'], '--scope is "root", expected one of predict, viewer, operator, admin'],
  [['--scope', 'admin', '--endpoint', 'churn'], '--endpoint is for keys of scope predict'],
  [['--scope', 'admin', '--expires', 'soon'], '--expires is "soon", expected a duration'],
])('keys create --name x %j is wrong usage', async (args, message) => {
  const refusal = { code: 'USAGE', exit: 2, message: expect.stringContaining(message) };
  await expect(create('--name', 'x', ...args)).rejects.toMatchObject(refusal);
});
