import { type Command, Option } from 'commander';
import { parseSize } from '../config/settings.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Runtime } from '../registry/version.ts';

/** Options of every command that takes a model file. */
export interface FileOptions {
  readonly runtime?: Runtime;
  readonly trust?: boolean;
  readonly code?: readonly string[];
  readonly requirements?: string;
  readonly python?: string;
  readonly missing?: string;
  /** In bytes. */
  readonly maxModel?: number;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Declares the options that every command on a model file takes. */
export function withFileOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--runtime <runtime>', 'what executes the model').choices(['native', 'onnx', 'python']),
    )
    .option('--trust', 'allow Python for this file, and record it')
    .option('--code <path>', 'modules that the file needs (repeatable)', collect)
    .option('--requirements <file>', 'exact pins of the packages that the file needs')
    .option('--python <version>', 'Python version for the file')
    .option('--missing <value>', 'what counts as missing, for boosters whose file does not store it')
    .option(
      '--max-model <size>',
      'largest model file to read, when you trust it (default: 256mb)',
      modelSize,
    );
}

function modelSize(text: string): number {
  const size = parseSize(text);
  if (size !== undefined) return size;
  const reason = `--max-model is "${text}", wanted a size such as 2gb`;
  throw new PlimsollError('USAGE', { reason, command: 'inspect' });
}

/** The runtime that may be used, or undefined for the best there is; throws where Python is asked for. */
export function dataRuntime(options: FileOptions): 'native' | 'onnx' | undefined {
  if (options.runtime === 'python') throw new PlimsollError('PYTHON_UNSUPPORTED', {});
  return options.runtime;
}
