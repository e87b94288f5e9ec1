import { SETTINGS } from '../config/settings.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Define } from './commands.ts';
import { table } from './table.ts';
import { styled } from './terminal.ts';

interface DoctorOptions {
  readonly data: string;
  readonly port: number;
}

const MARKS = {
  ok: styled('green', 'ok'),
  warn: styled('yellow', 'warn'),
  fail: styled('red', 'fail'),
} as const;

export const doctor: Define = (command, terminal) => {
  command
    .description('Checks that this machine has what Plimsoll needs, and names the fix where it has not.')
    .option('--port <number>', 'port that `serve` would use', portNumber, 8080)
    .addHelpText(
      'after',
      '\nExit code 1: a check failed.\n\nExamples:\n  $ plimsoll doctor\n  $ plimsoll doctor --json',
    )
    .action(async () => {
      const { data, port } = command.optsWithGlobals<DoctorOptions>();
      const { runChecks } = await import('./checks.ts');
      const checks = await runChecks({ dataDir: data, port });
      const healthy = checks.every(({ status }) => status !== 'fail');
      terminal.answer({ healthy, checks }, () => {
        const rows = checks.map(({ name, status, found }) => [MARKS[status], name, found]);
        const fixes = checks.flatMap(({ name, fix }) => (fix === null ? [] : [`${name}: ${fix}`]));
        return [table(rows, ''), ...(fixes.length > 0 ? ['', ...fixes] : [])].join('\n');
      });
      if (!healthy) process.exitCode = 1;
    });
};

function portNumber(text: string): number {
  const { parse, wanted } = SETTINGS.port;
  const port = parse(text);
  if (port !== undefined) return port;
  throw new PlimsollError('USAGE', { reason: `--port is "${text}", wanted ${wanted}`, command: 'doctor' });
}
