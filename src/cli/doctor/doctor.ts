import { SETTINGS } from '../../config/settings.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions } from '../connection/control.ts';
import { type ModelFileOptions, withModelFileOptions } from '../model/file-options.ts';
import { formatTable } from '../output/table.ts';
import { styled, type Terminal } from '../output/terminal.ts';
import type { MachineCheck } from './checks.ts';

interface DoctorOptions extends ModelFileOptions, ControlOptions {
  readonly port: number;
  readonly strict?: boolean;
}

const MARKS = {
  ok: styled('green', 'ok'),
  warn: styled('yellow', 'warn'),
  fail: styled('red', 'fail'),
} as const;

export const doctorCommand: DefineCommand = (command, terminal) => {
  withControlOptions(withModelFileOptions(command))
    .description(
      'Checks that this machine has what Plimsoll needs, and finds what commonly goes wrong with models in the records of the installation: each with evidence and the command that mends it. With a FILE: shows which runtime the model gets, why, and what to do; nothing of the file is executed.',
    )
    .argument('[file]', 'model file or folder, of any kind')
    .option('--port <number>', 'port that `serve` would use', portNumber, 8080)
    .option('--strict', 'exit with 1 for a pitfall, too')
    .addHelpText('after', HELP)
    .action(async (file: string | undefined) => {
      const options = command.optsWithGlobals<DoctorOptions>();
      await (file === undefined
        ? diagnoseInstallation(options, terminal)
        : diagnoseFile(file, options, terminal));
    });
};

const HELP = `
Exit code 1: a check failed; with --strict also for a pitfall.

Examples:
  $ plimsoll doctor
  $ plimsoll doctor --json --strict
  $ plimsoll doctor --url https://models.example.com
  $ plimsoll doctor model.pkl
  $ plimsoll doctor model.pt --requirements requirements.txt`;

async function diagnoseFile(
  file: string,
  { data: _, port: __, ...options }: DoctorOptions,
  terminal: Terminal,
): Promise<void> {
  const { diagnoseModelFile, diagnosisPage } = await import('./model-file.ts');
  const { printableData } = await import('../output/printable.ts');
  const { whileReading } = await import('../model/open-model.ts');
  const found = await whileReading(terminal, file, (onRead) => diagnoseModelFile(file, options, onRead));
  terminal.answer(found, () => diagnosisPage(printableData(found)));
}

async function diagnoseInstallation(options: DoctorOptions, terminal: Terminal): Promise<void> {
  const { machineChecks } = await import('./checks.ts');
  const { recordsOf } = await import('./records.ts');
  const { pitfallsPage } = await import('./pitfalls-page.ts');
  const { printableData } = await import('../output/printable.ts');
  const machine = await machineChecks({ dataDir: options.data, port: options.port });
  const { check, ...report } = await recordsOf(options);
  const checks = check === null ? machine : [...machine, check];
  const healthy = checks.every(({ status }) => status !== 'fail');
  terminal.answer({ healthy, checks, ...report }, () =>
    [...checkLines(checks), ...pitfallsPage(printableData(report))].join('\n'),
  );
  if (!healthy || (options.strict === true && report.pitfalls.length > 0)) process.exitCode = 1;
}

function checkLines(checks: readonly MachineCheck[]): readonly string[] {
  const rows = checks.map(({ name, status, found }) => [MARKS[status], name, found]);
  const fixes = checks.flatMap(({ name, fix }) => (fix === null ? [] : [`${name}: ${fix}`]));
  return [formatTable(rows, ''), ...(fixes.length > 0 ? ['', ...fixes] : [])];
}

function portNumber(text: string): number {
  const { parse, wanted } = SETTINGS.port;
  const port = parse(text);
  if (port !== undefined) return port;
  throw new PlimsollError('USAGE', { reason: `--port is "${text}", expected ${wanted}`, command: 'doctor' });
}
