import { type Command, Option } from 'commander';
import { parseSize } from '../../config/settings.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { PythonPermission } from '../../python/demands.ts';
import type { Runtime } from '../../registry/version.ts';

/** Options of every command that takes a model file or folder. */
export interface FileOptions {
  readonly runtime?: Runtime;
  readonly trust?: boolean;
  readonly code?: readonly string[];
  readonly requirements?: string;
  readonly python?: string;
  readonly script?: string;
  readonly allow?: readonly PythonPermission[];
  readonly missing?: string;
  /** In bytes. */
  readonly maxModel?: number;
}

/** What Python may be told about a model, and by which option. */
export const PYTHON_OPTIONS = {
  code: '--code',
  requirements: '--requirements',
  python: '--python',
  script: '--script',
  allow: '--allow',
} as const satisfies { readonly [K in keyof FileOptions]: string };

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Declares the options that every command on a model file takes. */
export function withFileOptions(command: Command): Command {
  const allow = new Option('--allow <permission>', 'what Python may do besides (repeatable)')
    .choices(['network', 'build'])
    .argParser(permissionsOf(command));
  return command
    .addOption(
      new Option('--runtime <runtime>', 'what executes the model').choices(['native', 'onnx', 'python']),
    )
    .option('--trust', 'you trust who wrote this model: Python may run it; who said so and when is recorded')
    .option('--code <path>', 'module that the model needs, a .py file or a folder (repeatable)', collect)
    .option('--requirements <file>', 'packages that the model needs; what is not pinned there is pinned once')
    .option('--python <version>', 'version of Python: 3.11 (default: the one that fits the packages)')
    .option('--script <file>', 'inference script: instead of the model, or around it where it is compiled')
    .addOption(allow)
    .option('--missing <value>', 'what counts as missing, for boosters whose file does not store it')
    .option(
      '--max-model <size>',
      'largest model file to read, when you trust it (default: 256mb)',
      modelSizeOf(command),
    );
}

const modelSizeOf =
  (command: Command) =>
  (text: string): number => {
    const size = parseSize(text);
    if (size !== undefined) return size;
    const reason = `--max-model is "${text}", wanted a size such as 2gb`;
    throw new PlimsollError('USAGE', { reason, command: command.name() });
  };

/** `network`: connections while it serves; `build`: packages without a wheel. */
const permissionsOf =
  (command: Command) =>
  (text: string, before: readonly PythonPermission[] = []): readonly PythonPermission[] => {
    if (text !== 'network' && text !== 'build') {
      const reason = `--allow is "${text}", wanted network or build`;
      throw new PlimsollError('USAGE', { reason, command: command.name() });
    }
    return before.includes(text) ? before : [...before, text];
  };
