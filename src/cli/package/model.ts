import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import type { PackagedModel } from '../../deploy/packaged.ts';
import { choicesOf, type ReadingChoices } from '../../model/reading-choices.ts';
import { type ControlOptions, withControl } from '../connection/control.ts';
import type { Terminal } from '../output/terminal.ts';

/** Which data folder or server is asked, what the version is called, and what was chosen of a file. */
export interface PackagedOptions extends ControlOptions, ReadingChoices {
  readonly name?: string | undefined;
}

/**
 * The version that `package` and `deploy` are about: a file, which is proved where it is new, or `M[@VERSION]` of a
 * registered model. A file is version 1 of `name`, by default of its own stem; `NAME=FILE` says it as `serve` takes it.
 * Throws USAGE where a name is none, before anything is proved, and what `resolveModel` throws.
 */
export async function packagedModel(
  word: string,
  options: PackagedOptions,
  terminal: Terminal,
): Promise<PackagedModel> {
  const { stem } = await import('../../config/models.ts');
  const { reference, given } = splitWord(word, options.name);
  if (given !== undefined) await requireName(given);
  const { resolveModel } = await import('../../jobs/run/model.ts');
  const progress = terminal.progress(reference);
  try {
    const { accepted, digest, name, version } = await resolveModel(reference, {
      dataDir: resolve(options.data),
      ask: (work) => withControl(options, work),
      onProgress: (stage) => progress.update(stage),
      choices: choicesOf(options),
      action: 'package',
    });
    const { bundle, manifest } = accepted;
    const called = await requireName(given ?? name ?? stem(reference));
    return { name: called, version: version ?? 1, digest, bundle, manifest };
  } finally {
    progress.done();
  }
}

interface Word {
  readonly reference: string;
  readonly given: string | undefined;
}

function splitWord(word: string, given: string | undefined): Word {
  const at = existsSync(word) ? -1 : word.indexOf('=');
  if (at < 0) return { reference: word, given };
  return { reference: word.slice(at + 1), given: given ?? word.slice(0, at) };
}

/** It becomes a folder of the image, a label and a part of addresses. */
async function requireName(name: string): Promise<string> {
  const { isModelName } = await import('../../config/models.ts');
  if (isModelName(name)) return name;
  throw new PlimsollError('USAGE', {
    reason: `"${name}" is no model name: wanted letters, digits, ".", "_" or "-", at most 100 (--name gives one)`,
    command: 'package',
  });
}
