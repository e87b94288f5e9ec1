import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { shortened } from '../../engine/python/failure.ts';
import type { PythonFailure } from '../../engine/python/messages.ts';
import { saidOfLayers } from './sandbox-layers.ts';

/** What is known about a model that Python could not load or run, so that the sentence can name the way on. */
export interface RefusalContext {
  /** Name of the file, for messages. */
  readonly model: string;
  /** Path of a file or folder near the model that is called like a module, or null. */
  findModule(name: string): string | null;
  /** The distribution that holds a module, by the table of well-known ones, or null. */
  distributionOf(module: string): string | null;
}

/**
 * Why a version is refused, as a coded error: PYTHON_MODULE_MISSING where a module is not there, with the option that brings
 * it, else PYTHON_LOAD_FAILED with the line that failed.
 */
export function refusalOf(failure: PythonFailure, context: RefusalContext): PlimsollError {
  const { missing, layers } = failure;
  const { code, details } = missing ? moduleMissing(missing, context) : loadFailed(failure, context);
  return new PlimsollError(code, layers ? { ...details, sandbox: saidOfLayers(layers) } : details);
}

function moduleMissing(
  { module, by }: NonNullable<PythonFailure['missing']>,
  { model, findModule, distributionOf }: RefusalContext,
): PlimsollError {
  const root = elementAt(module.split('.'), 0);
  const distribution = distributionOf(root);
  const found = findModule(root);
  // What lies beside the model is meant, even where a package is called alike.
  const way =
    found === null && distribution !== null
      ? `--requirements FILE with a line ${distribution}==VERSION, and one for each other package that it needs`
      : `--code ${found ?? `PATH/${root}.py`}`;
  return new PlimsollError('PYTHON_MODULE_MISSING', { model, module, by, way });
}

const ACTIONS = {
  load: 'load it',
  code: 'run it',
  output: 'send its answer',
  rows: 'give it the rows',
  'content-type': 'give it the rows',
  accept: 'send its answer',
} as const;

/** ` (code/features.py, line 17: return rows["age"])`, or nothing where no line is known. */
export function whereOf({ at }: Pick<PythonFailure, 'at'>): string {
  const text = at?.text.trim() ?? '';
  return at === null ? '' : ` (${at.file}, line ${at.line}${text === '' ? '' : `: ${text}`})`;
}

function loadFailed(failure: PythonFailure, { model }: RefusalContext): PlimsollError {
  const { stage, type, message } = failure;
  const where = whereOf(failure);
  return new PlimsollError('PYTHON_LOAD_FAILED', {
    ...{ model, action: ACTIONS[stage], where, type, message: shortened(message) },
  });
}
