import { statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { PlimsollError } from '../../../core/errors.ts';
import type { PythonDemands } from '../../../python/demands.ts';
import { type ModelFileOptions, PYTHON_OPTIONS } from '../file-options.ts';

/** What the options are about. */
export interface OptionSubject {
  /** The command that was called. */
  readonly command: string;
  /** File, folder or name of the model; null where the command goes on with what is there. */
  readonly model: string | null;
}

/**
 * What the options say about running the model with Python, or null where they say nothing; called before anything else,
 * since a misspelt path should not cost the wait. Throws USAGE, and PYTHON_UNTRUSTED where Python is asked for and nobody
 * said that it may. Starts nothing.
 */
export function trustedPythonDemands(
  options: ModelFileOptions,
  subject: OptionSubject,
): PythonDemands | null {
  const { runtime, trust = false } = options;
  const demands = checkedDemands(options, subject);
  const given = givenOptions(options);
  if (!trust) {
    if (runtime === 'python') throw untrusted(subject, 'loading it runs whatever its file says');
    if (options.script !== undefined) throw untrusted(subject, 'its script is code');
    if (given.length === 0) return null;
    throw usage(
      subject,
      `${given.join(', ')} ${given.length === 1 ? 'is' : 'are'} for Python, which runs nothing without --trust`,
    );
  }
  const isData = runtime === 'native' || runtime === 'onnx';
  if (isData && options.script === undefined && given.length > 0)
    throw usage(
      subject,
      `${given.join(', ')} ${given.length === 1 ? 'is' : 'are'} for Python, --runtime ${runtime} runs none`,
    );
  return demands;
}

/** The same for commands that run nothing: what is said is checked, trust is not asked for. Throws USAGE. */
export function checkedDemands(options: ModelFileOptions, subject: OptionSubject): PythonDemands {
  const { trust = false, code = [], requirements = null, python = null, script = null, allow = [] } = options;
  for (const path of code) checkCode(path, subject);
  if (new Set(code.map((path) => basename(path, '.py'))).size < code.length)
    throw usage(subject, '--code names two modules of the same name: name each module once');
  if (requirements !== null) checkFile('--requirements', requirements, subject);
  if (script !== null) {
    checkFile('--script', script, subject);
    if (extname(script) !== '.py') throw usage(subject, `--script is "${script}", expected a .py file`);
  }
  if (python !== null && !/^3(?:\.\d{1,2}(?:\.\d{1,2})?)?$/.test(python))
    throw usage(subject, `--python is "${python}", expected a version such as 3.11`);
  return { trust, code, requirements, python, script, allow };
}

const givenOptions = (options: ModelFileOptions): readonly string[] =>
  PYTHON_OPTIONS.flatMap(([key, flag]) => (options[key] === undefined ? [] : [flag]));

function checkCode(path: string, subject: OptionSubject): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw usage(subject, `--code is "${path}", which does not exist`);
  if (!stat.isDirectory() && !(stat.isFile() && extname(path) === '.py'))
    throw usage(subject, `--code is "${path}", expected a .py file or a folder`);
}

function checkFile(flag: string, path: string, subject: OptionSubject): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw usage(subject, `${flag} is "${path}", which does not exist`);
  if (!stat.isFile()) throw usage(subject, `${flag} is "${path}", expected a file`);
}

const usage = ({ command }: OptionSubject, reason: string): PlimsollError =>
  new PlimsollError('USAGE', { reason, command });

const untrusted = ({ model }: OptionSubject, reason: string): PlimsollError =>
  new PlimsollError('PYTHON_UNTRUSTED', {
    model: model === null ? 'the model' : basename(model),
    reason,
    other: 'make it one that is compiled: `plimsoll doctor FILE` says what stands in the way',
  });
