import { type Command, Option } from 'commander';
import { parseSize } from '../../config/settings.ts';
import { PlimsollError } from '../../core/errors.ts';
import { readPreprocessor } from '../../files/preprocessor-file.ts';
import type { ReadingChoices } from '../../model/reading-choices.ts';
import { PYTHON_PERMISSIONS, type PythonPermission } from '../../python/demands.ts';
import type { Runtime } from '../../registry/version.ts';
import { optionGroup } from '../group.ts';

/** Options of every command that takes a model file or folder. */
export interface ModelFileOptions extends ReadingChoices {
  readonly runtime?: Runtime;
  readonly trust?: boolean;
  readonly code?: readonly string[];
  readonly requirements?: string;
  readonly python?: string;
  readonly script?: string;
  readonly allow?: readonly PythonPermission[];
  /** In bytes. */
  readonly maxModel?: number;
}

/** What Python may be told about a model, and by which option. */
export const PYTHON_OPTIONS = [
  ['code', '--code'],
  ['requirements', '--requirements'],
  ['python', '--python'],
  ['script', '--script'],
  ['allow', '--allow'],
] as const satisfies readonly (readonly [keyof ModelFileOptions, string])[];

/** Options of model files that change nothing where nothing runs with Python. */
export const UNREAD_OPTIONS: readonly (keyof ModelFileOptions)[] = [
  'runtime',
  'trust',
  ...PYTHON_OPTIONS.map(([name]) => name),
];

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/**
 * Declares the options that every command on a model file accepts. Those that change nothing for this command, by their
 * names here, are not offered: its help and its completion leave them out.
 */
export function withModelFileOptions(
  command: Command,
  unused: readonly (keyof ModelFileOptions)[] = [],
): Command {
  const unread: ReadonlySet<string> = new Set(unused);
  for (const option of optionGroup(command, 'Model Options', declared).options)
    option.hideHelp(unread.has(option.attributeName()));
  return command;
}

function declared(command: Command): Command {
  const allow = new Option('--allow <permission>', 'additional permission for Python (repeatable)')
    .choices(PYTHON_PERMISSIONS)
    .argParser(permissionsOf(command));
  const python = command
    .addOption(
      new Option('--runtime <runtime>', 'engine that executes the model').choices([
        'native',
        'onnx',
        'python',
      ]),
    )
    .option(
      '--trust',
      'allow Python to run this model, because you trust its author; recorded with your name and the time',
    )
    .option('--code <path>', 'module that the model needs: a .py file or a folder (repeatable)', collect)
    .option('--requirements <file>', 'packages that the model needs; unpinned ones are pinned once')
    .option('--python <version>', 'version of Python, such as 3.11 (default: one that fits the packages)')
    .option('--script <file>', 'inference script, in place of the model or around a compiled one')
    .addOption(allow);
  return chosen(python).option(
    '--max-model <size>',
    'largest model file to read, if you trust it (default: an eighth of the memory)',
    modelSizeOf(command),
  );
}

/** Declares what may be chosen of a model file, on a command that takes names of versions as well. */
export const withReadingOptions = (command: Command): Command =>
  optionGroup(command, 'Model Options', chosen);

const chosen = (command: Command): Command =>
  command
    .option(
      '--missing <number>',
      'number that is missing beside NaN, for XGBoost whose file does not store it',
      numberOf(command),
    )
    .option(
      '--iterations <number>',
      'predict with the first iterations of boosting only, or trees of a forest',
      countOf(command),
    )
    .option(
      '--member <name>',
      'model that is meant in a file that holds several things; scaler,model runs one after the other',
    )
    .option(
      '--preprocessor <file>',
      'how images or sounds become numbers, as in preprocessor_config.json (default: the one beside the model)',
      // The document is what is chosen, wherever its file is later.
      readPreprocessor,
    );

/** Undefined for NaN, which is missing in any case. */
const numberOf =
  (command: Command) =>
  (text: string): number | undefined => {
    if (/^nan$/i.test(text)) return undefined;
    const number = Number(text);
    if (text.trim() !== '' && Number.isFinite(Math.fround(number))) return number;
    const reason = `--missing is "${text}", expected a finite number such as -999`;
    throw new PlimsollError('USAGE', { reason, command: command.name() });
  };

const countOf =
  (command: Command) =>
  (text: string): number => {
    const count = Number(text);
    if (/^\d+$/.test(text) && count > 0 && Number.isSafeInteger(count)) return count;
    const reason = `--iterations is "${text}", expected a whole number from 1 on`;
    throw new PlimsollError('USAGE', { reason, command: command.name() });
  };

const modelSizeOf =
  (command: Command) =>
  (text: string): number => {
    const size = parseSize(text);
    if (size !== undefined) return size;
    const reason = `--max-model is "${text}", expected a size such as 2gb`;
    throw new PlimsollError('USAGE', { reason, command: command.name() });
  };

/** Of `PYTHON_PERMISSIONS`, each once. */
const permissionsOf =
  (command: Command) =>
  (text: string, before: readonly PythonPermission[] = []): readonly PythonPermission[] => {
    const permission = PYTHON_PERMISSIONS.find((one) => one === text);
    if (permission === undefined) {
      const reason = `--allow is "${text}", expected one of ${PYTHON_PERMISSIONS.join(', ')}`;
      throw new PlimsollError('USAGE', { reason, command: command.name() });
    }
    return before.includes(permission) ? before : [...before, permission];
  };
