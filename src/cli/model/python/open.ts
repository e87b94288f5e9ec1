import { basename, resolve } from 'node:path';
import type { Device } from '../../../core/devices.ts';
import { isPlimsollError } from '../../../core/errors.ts';
import { choicesOf } from '../../../model/reading-choices.ts';
import type { PythonDemands } from '../../../python/demands.ts';
import type { OpenedPython } from '../../../registry/python/open.ts';
import type { Terminal } from '../../output/terminal.ts';
import type { ModelFileOptions } from '../file-options.ts';
import { type OpenModel, openModel, whileReading } from '../open-model.ts';
import { type OptionSubject, trustedPythonDemands } from './demands.ts';
import { recordTrust, userAtHost } from './trust-log.ts';

/** What a command on a file goes by. */
export interface OpenModelOptions extends ModelFileOptions {
  readonly data: string;
  readonly golden?: string;
  /** Rows that it will be given. */
  readonly input?: string;
  /** What a graph runs on. */
  readonly device?: Device;
}

/** A command that opens a file, and where it says how far that has come. */
export interface OpenModelContext extends OptionSubject {
  readonly model: string;
  readonly terminal: Terminal;
}

/**
 * A model that answers: as data where that goes, with Python where a person said that it may. Throws what is wrong with the
 * options before it reads anything, then what stands in the way of the model.
 */
export async function openRequestedModel(
  options: OpenModelOptions,
  opening: OpenModelContext,
): Promise<OpenModel> {
  const demands = trustedPythonDemands(options, opening);
  const { runtime } = options;
  const { model, terminal } = opening;
  if (demands === null || (runtime !== 'python' && !requiresPython(demands))) {
    try {
      const engine = runtime === 'python' ? undefined : runtime;
      const tell = (text: string): void => terminal.note(text);
      return await whileReading(terminal, model, (onRead) =>
        openModel(model, engine, { ...options, onRead }, tell),
      );
    } catch (error) {
      if (demands === null || runtime !== undefined || !mayRunInPython(error)) throw error;
    }
  }
  const { engine, manifest, signature } = await openWithPython(options, demands, opening);
  return { engine, signature, format: manifest.format, framework: manifest.framework };
}

/** Code around a model, or instead of it, is Python whatever the model is. */
export const requiresPython = (demands: PythonDemands | null): boolean =>
  demands !== null && demands.script !== null;

/** What is no defect of the file, and Python may be able to do. Names of code that runs on loading are for who demands it. */
export const mayRunInPython = (error: unknown): boolean =>
  isPlimsollError(error) && (error.exit === 4 || error.code === 'PYTHON_UNTRUSTED');

/** The first rows of a file, where it is one that rows are read from. */
async function sampleOf(path: string): Promise<unknown> {
  const { sampleRows } = await import('../../files/rows/sample.ts');
  return sampleRows(path);
}

/** Proves the model with Python, or finds that it was; the word of trust is written down first. */
export async function openWithPython(
  options: OpenModelOptions,
  demands: PythonDemands,
  { model, command, terminal }: OpenModelContext,
): Promise<OpenedPython> {
  const { identify } = await import('../../../registry/identify.ts');
  const { openPythonFile } = await import('../../../registry/python/open.ts');
  const { maxModel, golden } = options;
  const runtime = options.runtime ?? (requiresPython(demands) ? null : 'python');
  const dataDir = resolve(options.data);
  const choices = choicesOf(options);
  const { digests } = await identify(model, { runtime, python: demands }, choices);
  const by = userAtHost();
  const said = { by, at: new Date().toISOString(), digest: digests[0], file: basename(model), command };
  recordTrust(dataDir, { ...said, allow: demands.allow });
  const progress = terminal.progress(basename(model));
  try {
    const onProgress = (stage: string): void => progress.update(stage);
    const { input } = options;
    const sample = input === undefined ? undefined : () => sampleOf(input);
    const opened = { dataDir, by, runtime, golden, sample, maxModel, ...choices, onProgress };
    return await openPythonFile(model, demands, opened);
  } finally {
    progress.done();
  }
}
