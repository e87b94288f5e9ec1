import { lstatSync, opendirSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import { COLUMNS_NAME } from '../formats/parts/part.ts';
import { isLegacyTorch, isTorchArchive } from '../formats/torch/match.ts';
import { FileSource } from './file-source.ts';

/** Files of one folder that may be parts of one model: a scaler, a vectorizer, the model, the names of its columns. */

/** A file of a folder. */
export interface PartFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** Whether it may hold objects or a booster; the others are documents of JSON that may hold names. */
  readonly isModel: boolean;
}

/** Entries of a folder that are looked at, and parts that one model may have. */
const MAX_ENTRIES = 2000;
const MAX_FILES = 32;
const MAX_SHARDS = 1000;
/** Bytes that are looked at. */
const HEAD = 128;
/** Documents that hold more are no list of names. */
const MAX_DOCUMENT = 1 << 20;

/** Endings that models have. */
const MODEL =
  /\.(?:joblib|pkl|pickle|sav|skops|ubj|bst|model|cbm|onnx|pmml|pt2?|pth|ckpt|safetensors)(?:\.(?:z|gz|bz2|xz|lzma|lz4))?$/i;
/** Endings that models have among others: their first bytes tell. */
const AMONG_OTHERS = /\.(?:json|txt|bin)$/i;
/** What lies beside a model, and says nothing of how it answers. */
const BESIDE = /^(?:golden|package|package-lock|tsconfig)\.json$/i;
/** Characters that lists of digests, terminals and `--member A,B` cannot hold. */
const AWKWARD = /[\p{Cc}\\,]/u;

/**
 * Files of a folder that may be parts of a model, by their names; empty where none is a model. Links are refused, for they
 * could lead anywhere. Errors: SAVED_INVALID, FILE_NOT_FOUND.
 */
export function partFilesIn(folder: string): readonly PartFile[] {
  const refuse = (
    problem: string,
    way = 'Keep the files of one model in a folder of their own',
  ): PlimsollError => new PlimsollError('SAVED_INVALID', { path: folder, problem, way });
  const files = namesIn(folder, refuse)
    .filter((name) => !BESIDE.test(name))
    .flatMap((name) => partFile(folder, name, refuse) ?? []);
  if (!files.some(({ isModel }) => isModel)) return [];
  // Weights may come in many files, which are one part.
  if (
    files.length > MAX_SHARDS ||
    files.filter(({ name }) => !/-\d{5}-of-\d{5}\./.test(name)).length > MAX_FILES
  )
    throw refuse(
      `it holds ${files.length} files that may be parts of a model, and ${MAX_FILES} are looked at`,
    );
  return files;
}

/** Whether `member` names a file of a folder, or something in it. */
export const namesFileOf = (folder: string, member: string): boolean =>
  partFilesIn(folder).some(({ name }) =>
    member.split(',').some((part) => part === name || part.startsWith(`${name}.`)),
  );

type Refuse = (problem: string, way?: string) => PlimsollError;

function namesIn(folder: string, refuse: Refuse): readonly string[] {
  const names: string[] = [];
  const dir = opened(folder);
  try {
    for (let count = 1, entry = dir.readSync(); entry !== null; count++, entry = dir.readSync()) {
      if (count > MAX_ENTRIES) throw refuse(`it holds more than ${MAX_ENTRIES} entries`);
      const { name } = entry;
      if (!name.startsWith('.') && (MODEL.test(name) || AMONG_OTHERS.test(name))) names.push(name);
    }
  } finally {
    dir.closeSync();
  }
  return names.sort();
}

function opened(folder: string) {
  try {
    return opendirSync(folder);
  } catch (cause) {
    throw new PlimsollError('FILE_NOT_FOUND', { path: folder }, { cause });
  }
}

function partFile(folder: string, name: string, refuse: Refuse): PartFile | null {
  const path = join(folder, name);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const strong = MODEL.test(name);
  if (stat === undefined || stat.isDirectory() || (!strong && !stat.isFile())) return null;
  const shown = JSON.stringify(name.slice(0, 80));
  if (!stat.isFile())
    throw refuse(`${shown} is ${stat.isSymbolicLink() ? 'a link' : 'no file'}`, 'Put the file itself there');
  const file = { name, path, size: stat.size, isModel: strong || isBooster(path, stat.size) };
  const isDocument =
    NETWORK_DOCUMENT.test(name) ||
    (/\.json$/i.test(name) && COLUMNS_NAME.test(name) && stat.size <= MAX_DOCUMENT);
  if (!file.isModel && !isDocument) return null;
  if (AWKWARD.test(name))
    throw refuse(
      `${shown} has control characters, a comma or a backslash in its name`,
      'Give the file another name',
    );
  return file;
}

/** Layers of a network that are written down, and where the weights of one are that were saved in several files. */
const NETWORK_DOCUMENT = /^architecture\.json$|\.(?:safetensors|bin|pt|pth)\.index\.json$/i;

/** How boosters in formats of their own begin; the readers themselves are no part of a start. */
const BOOSTER =
  /^(?:\s*\{\s*"(?:learner|version|Config|Model|oblivious_trees|trees|features_info|model_info|scale_and_bias|ctr_data)"|tree\r?\n|binf|CONFIG-offset:)/;

/** Whether a file whose name says little begins as a model does; its reader finds out whether it is one. */
function isBooster(path: string, size: number): boolean {
  const head = new FileSource(path, size).slice(0, Math.min(HEAD, size));
  return BOOSTER.test(String.fromCharCode(...head)) || isTorchArchive(head) || isLegacyTorch(head);
}
