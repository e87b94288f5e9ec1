/** `doctor FILE`: which runtime a model gets, why, and what to do. Nothing of the model is executed. */

import { existsSync, readdirSync, readSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isPlimsollError, type PlimsollError } from '../../core/errors.ts';
import { withFile } from '../../files/file-source.ts';
import type { ReadOptions } from '../../files/read-model.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import { type FormatGuess, GUESS_BYTES, guessFormat } from '../../reading/unread-format.ts';
import { isFolder } from '../../registry/python/folder.ts';
import { shellWord } from '../../text/shell.ts';
import { type ModelFileOptions, PYTHON_OPTIONS } from '../model/file-options.ts';
import { inspectModel } from '../model/inspect-report.ts';
import { checkedDemands } from '../model/python/demands.ts';
import {
  diagnoseModel,
  type ModelDiagnosis,
  type RequestedOptions,
  serveWithPython,
} from '../model/python/diagnosis.ts';
import { pythonSections } from '../model/python/page.ts';
import { LOADED_ELSEWHERE, skewLines } from '../model/skew-lines.ts';
import { styled } from '../output/terminal.ts';

/** Errors that say that the readers here do not know what it is, or will not read it. */
const UNREAD = /^(?:FORMAT_UNKNOWN|FILE_UNREADABLE|READ_|GRAPH_|MODEL_)/;

/** Throws USAGE, FILE_NOT_FOUND, SAVED_INVALID; whatever else stands in the way is part of the diagnosis. */
export async function diagnoseModelFile(
  path: string,
  options: ModelFileOptions,
  onRead?: ReadOptions['onRead'],
): Promise<ModelDiagnosis> {
  const demands = checkedDemands(options, { command: 'doctor', model: path });
  const { script, requirements } = demands;
  const { runtime, trust = false, maxModel } = options;
  const requested = { path, runtime, trust, script, requirements, options: wordsOf(options) };
  try {
    const reading = { maxModel, ...choicesOf(options), demands, onRead };
    return diagnoseModel(await inspectModel(path, reading), requested);
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
  const isDirectory = isFolder(path);
  const looks = isDirectory ? folderLooks(path) : fileLooks(path, error);
  const found = { file: basename(resolve(path)), kind: 'unknown' as const, engines: null, python: null };
  const isUnknown = error.code === 'FORMAT_UNKNOWN' || isDirectory;
  const mayRun = requested.trust && requested.runtime === 'python' && !isDirectory && isUnknown;
  // A damaged file is so for Python, too; and of no use is it where no package of it reads the format.
  const isPythonOfUse = isUnknown && looks?.distribution !== null;
  const way = looks?.way ?? wayOut(error);
  return {
    ...found,
    looksLike: looks?.what ?? null,
    beside: null,
    runtime: mayRun ? 'python' : null,
    why: whyUnread(path, error),
    skew: [],
    obstacles: [{ where: isDirectory ? 'the folder' : 'the file', what: error.message, way }],
    pythonNeeds: isPythonOfUse ? needsOf(path, requested, looks) : [],
    next: isPythonOfUse
      ? withPython(path, requested)
      : `once that is done: plimsoll doctor ${isUnknown ? 'FILE' : shellWord(path)}`,
  };
}

/** The way on of what cannot be read as data; elsewhere the hint of its error. */
function wayOut({ code, hint }: PlimsollError): string {
  if (code === 'FORMAT_UNKNOWN') return EXPORT;
  if (code === 'READ_UNSAFE') return 'save or export the model without it';
  return hint.charAt(0).toLowerCase() + hint.slice(1);
}

function whyUnread(path: string, { code }: PlimsollError): string {
  if (isFolder(path)) return 'no reader here knows what the folder is';
  return code === 'FORMAT_UNKNOWN' ? 'no reader here knows its format' : 'it cannot be read as data';
}

const EXPORT = 'export the model to ONNX, which is read as data';

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

const REQUIREMENTS = 'requirements.txt';

/** The command that runs it, after the files that have to be written for it. */
function withPython(path: string, requested: RequestedOptions): string {
  const isGiven = requested.requirements !== null;
  const inFolder = isFolder(path) ? [join(path, 'inference.py')] : [];
  const missing = [...inFolder, ...(isGiven ? [] : [REQUIREMENTS])].filter((file) => !existsSync(file));
  const first = missing.length === 0 ? '' : `write ${missing.map(shellWord).join(' and ')}, then `;
  const more = isGiven ? [] : [`--requirements ${REQUIREMENTS}`];
  return `${first}${serveWithPython(requested, more)}`;
}

/** What the first bytes say of a file that no reader knows; one that cannot be opened has none. */
function fileLooks(path: string, { code }: PlimsollError): FormatGuess | null {
  if (code !== 'FORMAT_UNKNOWN') return null;
  const head = Buffer.alloc(GUESS_BYTES);
  const size = withFile(path, (file) => readSync(file, head, 0, GUESS_BYTES, 0));
  return guessFormat(head.subarray(0, size));
}

const FOLDERS: readonly (readonly [string, FormatGuess])[] = [
  ['config.json', { what: 'a model of Transformers', distribution: 'transformers', way: EXPORT }],
  ['metadata', { what: 'a model of Spark', distribution: 'pyspark', way: EXPORT }],
];

/** What one file of a folder shows of the library that wrote it; of any other, what it holds. */
function folderLooks(path: string): FormatGuess | null {
  const known = FOLDERS.find(([name]) => existsSync(join(path, name)))?.[1];
  if (known !== undefined) return known;
  const names = readdirSync(path).slice(0, FOLDER_NAMES);
  const what = names.length === 0 ? 'an empty folder' : `a folder with ${names.join(', ')}`;
  return { what, distribution: null, way: 'give the path of the file that holds the model' };
}

/** Names that are told of a folder that is no model. */
const FOLDER_NAMES = 6;

/** The same for people. */
export function diagnosisPage(found: ModelDiagnosis): string {
  const { file, runtime, why, looksLike, beside, obstacles, pythonNeeds, python, skew, next } = found;
  const said = runtime === null ? styled('yellow', 'nothing runs it yet') : styled('green', runtime);
  const sections = [
    [
      `${styled('bold', file)}: ${said}`,
      `  because ${why}`,
      ...(looksLike === null ? [] : [`  It looks like ${looksLike}.`]),
      ...(beside === null ? [] : [`  ${beside}.`]),
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
    ...(skew.length === 0 ? [] : [[styled('bold', LOADED_ELSEWHERE), ...skewLines(skew)]]),
    [`Next: ${next}`],
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}
