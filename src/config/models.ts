import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isVersionFolder, versionFoldersIn } from './version-folders.ts';

/** A model file to serve, and the name that clients call it by. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
  /** Found in a folder rather than named: a file that cannot be served is then left out, and reported. */
  readonly found: boolean;
  /** What is said of its columns where answers are explained: the path of a file. */
  readonly reasons?: string;
}

/** File names that are taken from a folder: model formats, compressed or not. */
export const MODEL_FILE =
  /\.(joblib|pkl|pickle|sav|onnx|skops|ubj|bst|model|cbm|pmml|pt2|keras)(\.(z|gz|bz2|xz|lzma|lz4))?$/i;
/** Endings of models that other files have as well: they are models where they are named. */
const NAMED_FILE = /\.(json|txt|bin|xml|pt|pth|h5|hdf5|pb)$/i;
/** Whether a text may name a model. */
export const isModelName = (text: string): boolean => NAME.test(text);

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** What the files are called, and what folders are. */
interface Naming {
  /** Of a single file. */
  readonly name?: string | undefined;
  /** Whether a folder is one model, which its names do not say. @default {none is} */
  readonly isModel?: ((folder: string) => Promise<boolean>) | undefined;
}

/** What makes a folder one model: what plimsoll.save, MLflow and SageMaker call their files. */
const MODEL_PARTS = [
  'plimsoll.json',
  'MLmodel',
  'saved_model.pb',
  'inference.py',
  'code/inference.py',
] as const;

/**
 * Names the files to serve: `NAME=FILE`, a folder (one model, or each model file in it), or a file (its stem, or `name`
 * for a single file). Mistakes are pushed to `problems`.
 */
export async function nameFiles(
  words: readonly string[],
  { name: only, isModel = async () => false }: Naming,
  problems: string[],
): Promise<readonly NamedFile[]> {
  const files = (await Promise.all(words.map((word) => expand(word, isModel, problems)))).flat();
  const [single] = files;
  if (only !== undefined && (files.length !== 1 || !single)) {
    problems.push(`--name names one file, but ${files.length} are given: write NAME=FILE for each`);
  }
  const named = only !== undefined && single ? [{ ...single, name: only }] : files;
  const taken = new Map<string, string>();
  for (const { name, path } of named) {
    const other = taken.get(name);
    if (other)
      problems.push(
        `"${other}" and "${path}" would both be called "${name}": write NAME=FILE for one of them`,
      );
    if (!isModelName(name))
      problems.push(`"${name}" is no model name: wanted letters, digits, ".", "_" or "-"`);
    taken.set(name, path);
  }
  return named;
}

async function expand(
  word: string,
  isModel: (folder: string) => Promise<boolean>,
  problems: string[],
): Promise<NamedFile[]> {
  const split = existsSync(word) ? -1 : word.indexOf('=');
  const path = word.slice(split + 1);
  if (!existsSync(path)) {
    problems.push(`"${path}": no such file`);
    return [];
  }
  if (isOne(path) || (await isModel(path)))
    return [{ name: split > 0 ? word.slice(0, split) : nameOf(path), path, found: false }];
  const names = readdirSync(path)
    .filter((name) => MODEL_FILE.test(name))
    .sort();
  if (names.length === 0)
    problems.push(`"${path}" holds no model file (.joblib, .pkl, .skops, .onnx, .ubj, .cbm …)`);
  return names.map((name) => ({ name: stem(name), path: join(path, name), found: true }));
}

/** Whether a path is one model by its names: a file, a saved folder, or versions of one. */
const isOne = (path: string): boolean =>
  !statSync(path).isDirectory() ||
  MODEL_PARTS.some((name) => existsSync(join(path, name))) ||
  versionFoldersIn(path) !== null;

/** Of one version in the layout of TensorFlow Serving the name of the model. */
const nameOf = (path: string): string => stem(isVersionFolder(path) ? dirname(resolve(path)) : path);

/** `models/churn.pkl.gz` is `churn`; blanks and other marks become dashes. */
export const stem = (path: string): string => {
  const name = basename(path);
  const bare = name.replace(MODEL_FILE, '').replace(NAMED_FILE, '') || name;
  return bare.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'model';
};
