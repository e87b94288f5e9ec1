import { SETTINGS } from '../../config/settings.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { DefineCommand } from '../command.ts';
import { type ModelFileOptions, withModelFileOptions } from '../model/file-options.ts';
import { formatTable } from '../output/table.ts';
import { styled } from '../output/terminal.ts';

interface DoctorOptions extends ModelFileOptions {
  readonly data: string;
  readonly port: number;
}

const MARKS = {
  ok: styled('green', 'ok'),
  warn: styled('yellow', 'warn'),
  fail: styled('red', 'fail'),
} as const;

export const doctorCommand: DefineCommand = (command, terminal) => {
  withModelFileOptions(command)
    .description(
      'Checks that this machine has what Plimsoll needs, and names a fix for what is missing. With a FILE: shows which runtime the model gets, why, and what to do; nothing of the file is executed.',
    )
    .argument('[file]', 'model file or folder, of any kind')
    .option('--port <number>', 'port that `serve` would use', portNumber, 8080)
    .addHelpText(
      'after',
      '\nExit code 1: a check failed.\n\nExamples:\n  $ plimsoll doctor\n  $ plimsoll doctor --json\n' +
        '  $ plimsoll doctor model.pkl\n  $ plimsoll doctor model.pt --requirements requirements.txt',
    )
    .action(async (file: string | undefined) => {
      const { data, port, ...options } = command.optsWithGlobals<DoctorOptions>();
      if (file !== undefined) {
        const { diagnoseModelFile, diagnosisPage } = await import('./model-file.ts');
        const { printableData } = await import('../output/printable.ts');
        const { whileReading } = await import('../model/open-model.ts');
        const found = await whileReading(terminal, file, (onRead) =>
          diagnoseModelFile(file, options, onRead),
        );
        terminal.answer(found, () => diagnosisPage(printableData(found)));
        return;
      }
      const { machineChecks } = await import('./checks.ts');
      const checks = await machineChecks({ dataDir: data, port });
      const healthy = checks.every(({ status }) => status !== 'fail');
      terminal.answer({ healthy, checks }, () => {
        const rows = checks.map(({ name, status, found }) => [MARKS[status], name, found]);
        const fixes = checks.flatMap(({ name, fix }) => (fix === null ? [] : [`${name}: ${fix}`]));
        return [formatTable(rows, ''), ...(fixes.length > 0 ? ['', ...fixes] : [])].join('\n');
      });
      if (!healthy) process.exitCode = 1;
    });
};

function portNumber(text: string): number {
  const { parse, wanted } = SETTINGS.port;
  const port = parse(text);
  if (port !== undefined) return port;
  throw new PlimsollError('USAGE', { reason: `--port is "${text}", expected ${wanted}`, command: 'doctor' });
}
