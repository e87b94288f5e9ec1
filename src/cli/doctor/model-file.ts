/** `doctor FILE`: which runtime a model gets, why, and what to do. Nothing of the model is executed. */

import { existsSync, readSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isPlimsollError, type PlimsollError } from '../../core/errors.ts';
import { withFile } from '../../files/file-source.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import { isFolder } from '../../registry/python/folder.ts';
import { type ModelFileOptions, PYTHON_OPTIONS } from '../model/file-options.ts';
import { inspectModel } from '../model/inspect-report.ts';
import { checkedDemands } from '../model/python/demands.ts';
import {
  diagnoseModel,
  type ModelDiagnosis,
  type RequestedOptions,
  unreadCommand,
} from '../model/python/diagnosis.ts';
import { type FormatGuess, GUESS_BYTES, guessFormat } from '../model/python/format-guess.ts';
import { pythonSections } from '../model/python/page.ts';
import { shellWord } from '../output/shell.ts';
import { styled } from '../output/terminal.ts';

/** Errors that say that the readers here do not know what it is, or will not read it. */
const UNREAD = /^(?:FORMAT_UNKNOWN|FILE_UNREADABLE|READ_|GRAPH_|MODEL_)/;

/** Throws USAGE, FILE_NOT_FOUND, SAVED_INVALID; whatever else stands in the way is part of the diagnosis. */
export async function diagnoseModelFile(path: string, options: ModelFileOptions): Promise<ModelDiagnosis> {
  const demands = checkedDemands(options, { command: 'doctor', model: path });
  const { script, requirements } = demands;
  const { runtime, trust = false, maxModel } = options;
  const requested = { path, runtime, trust, script, requirements, options: wordsOf(options) };
  try {
    return diagnoseModel(await inspectModel(path, { maxModel, ...choicesOf(options), demands }), requested);
  } catch (error) {
    if (!isPlimsollError(error) || !UNREAD.test(error.code) || !existsSync(path)) throw error;
    return unread(path, requested, error);
  }
}

/** Options about Python, as they were written. */
const wordsOf = (options: ModelFileOptions): readonly string[] =>
  PYTHON_OPTIONS.flatMap(([key, flag]) =>
    [options[key] ?? []].flat().map((value) => `${flag} ${shellWord(value)}`),
  );

function unread(path: string, requested: RequestedOptions, error: PlimsollError): ModelDiagnosis {
  const looks = isFolder(path) ? folderLooks(path) : fileLooks(path);
  const mayRun = requested.trust && requested.runtime === 'python' && !isFolder(path);
  const isDamaged = error.code.startsWith('READ_') && error.code !== 'READ_UNSAFE';
  return {
    file: basename(resolve(path)),
    kind: 'unknown',
    looksLike: looks?.what ?? null,
    runtime: mayRun ? 'python' : null,
    why: whyUnread(path, error),
    engines: null,
    obstacles: [{ where: 'the file', what: error.message, way: isDamaged ? error.hint : EXPORT }],
    // Of no use is Python where no package of it reads the format.
    pythonNeeds: looks?.distribution === null ? [] : needsOf(path, requested, looks),
    python: null,
    next: nextOf(path, requested, looks),
  };
}

function whyUnread(path: string, { code }: PlimsollError): string {
  if (isFolder(path)) return 'no reader here knows what the folder is';
  return code === 'FORMAT_UNKNOWN' ? 'no reader here knows its format' : 'it cannot be read as data';
}

const EXPORT = 'export the model to ONNX, or save it with joblib where it is one of scikit-learn';

function needsOf(path: string, { trust }: RequestedOptions, looks: FormatGuess | null): readonly string[] {
  const word = trust ? [] : ['your word that you trust who wrote it: --trust'];
  if (isFolder(path))
    return [
      'a script that loads the folder: inference.py in it, with model_fn(model_dir) and predict_fn(data, model)',
      ...packagesOf(looks),
      ...word,
    ];
  return [...packagesOf(looks), 'the modules that it imports, if there are any: --code PATH', ...word];
}

const packagesOf = (looks: FormatGuess | null): readonly string[] => [
  looks?.distribution
    ? `the package ${looks.distribution}, in the version that wrote it: a line in --requirements FILE`
    : 'the packages that wrote it: --requirements FILE',
];

function nextOf(path: string, requested: RequestedOptions, looks: FormatGuess | null): string {
  if (looks !== null && looks.distribution === null)
    return 'give the model itself, exported or unpacked: plimsoll doctor FILE';
  return isFolder(path) && !existsSync(join(path, 'inference.py'))
    ? `write ${shellWord(join(path, 'inference.py'))}, then ${unreadCommand(requested)}`
    : unreadCommand(requested);
}

/** First bytes of the file; a file that cannot be opened has none. */
function fileLooks(path: string): FormatGuess | null {
  const head = Buffer.alloc(GUESS_BYTES);
  const size = withFile(path, (file) => readSync(file, head, 0, GUESS_BYTES, 0));
  return guessFormat(head.subarray(0, size));
}

const FOLDERS: readonly (readonly [string, FormatGuess])[] = [
  ['saved_model.pb', { what: 'a SavedModel of TensorFlow', distribution: 'tensorflow' }],
  ['config.json', { what: 'a model of Transformers', distribution: 'transformers' }],
  ['metadata', { what: 'a model of Spark', distribution: 'pyspark' }],
];

const folderLooks = (path: string): FormatGuess | null =>
  FOLDERS.find(([name]) => existsSync(join(path, name)))?.[1] ?? null;

/** The same for people. */
export function diagnosisPage(found: ModelDiagnosis): string {
  const { file, runtime, why, looksLike, obstacles, pythonNeeds, python, next } = found;
  const said = runtime === null ? styled('yellow', 'nothing runs it yet') : styled('green', runtime);
  const sections = [
    [
      `${styled('bold', file)}: ${said}`,
      `  because ${why}`,
      ...(looksLike === null ? [] : [`  It looks like ${looksLike}.`]),
    ],
    ...(obstacles.length === 0
      ? []
      : [
          [
            styled('bold', 'What stands in the way of compiling it'),
            ...obstacles.flatMap(({ where, what, way }) => [`  ✗ ${where}`, `    ${what}`, `    → ${way}`]),
          ],
        ]),
    ...(pythonNeeds.length === 0
      ? []
      : [[styled('bold', 'With Python it needs'), ...pythonNeeds.map((need) => `  ${need}`)]]),
    ...(python === null || pythonNeeds.length === 0
      ? []
      : pythonSections(python).map((section) => [section])),
    [`Next: ${next}`],
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}
