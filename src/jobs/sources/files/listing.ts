/** Which files a path, pattern or folder names. */
import { type Dirent, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemCodeOf } from '../../../core/error-text.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import type { FileFormat } from '../../spec/spec.ts';
import { globExpression, isGlob, splitGlob } from './glob.ts';

/** Files of one input at most. */
const FILES_MAX = 100_000;
/** Folders within folders at most. */
const DEPTH_MAX = 64;
const MANIFEST = '_manifest.json';
const MANIFEST_BYTES_MAX = 64 * 2 ** 20;

/** Endings of names, in lower case. */
const ENDINGS: readonly (readonly [string, FileFormat])[] = [
  ['.parquet', 'parquet'],
  ['.pq', 'parquet'],
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.arrow', 'arrow'],
  ['.arrows', 'arrow'],
  ['.feather', 'arrow'],
  ['.ipc', 'arrow'],
];

/** Text that is packed cannot be cut where it lies. */
const PACKED = /\.(csv|tsv|jsonl|ndjson)\.(gz|zst|bz2|xz|lz4)$/i;

/** The format that a name says it has, or null. */
export function formatOfName(name: string): FileFormat | null {
  const lower = name.toLowerCase();
  return ENDINGS.find(([ending]) => lower.endsWith(ending))?.[1] ?? null;
}

export interface InputListing {
  readonly format: FileFormat;
  /** Absolute paths, sorted by their bytes. */
  readonly paths: readonly string[];
}

/**
 * Lists the files that `uri` names: one file, a pattern, or all files of one format below a folder, but for those whose
 * names, or whose folders' names, begin with `_` or `.`. A folder that we have published says in its manifest which
 * files it has. Throws FILE_NOT_FOUND, SOURCE_INVALID (formats that are mixed or
 * unknown).
 */
export async function listFiles(uri: string, format: FileFormat | null): Promise<InputListing> {
  const path = uri.startsWith('file:') ? fileURLToPath(uri) : resolve(uri);
  const info = await stat(path).catch(() => null);
  if (info?.isDirectory()) {
    const paths = manifestFiles(path) ?? (await filesBelow(path));
    return oneFormat(uri, paths, format, 'folder');
  }
  if (info) return oneFormat(uri, [path], format, 'file');
  if (!isGlob(path)) throw new PlimsollError('FILE_NOT_FOUND', { path });
  const { folder, rest } = splitGlob(path);
  const expression = patternOf(uri, rest);
  const base = folder === '' ? '/' : folder;
  const matching = (await filesBelow(base)).filter((file) => expression.test(file.slice(folder.length + 1)));
  return oneFormat(uri, matching, format, 'pattern');
}

/** Those of the paths that a run is about; all of them where it does not say. Throws FILE_NOT_FOUND for one that is gone. */
export function onlyThese(paths: readonly string[], only: readonly string[] | undefined): readonly string[] {
  if (only === undefined) return paths;
  const there = new Set(paths);
  const gone = only.find((path) => !there.has(path));
  if (gone !== undefined) throw new PlimsollError('FILE_NOT_FOUND', { path: gone });
  const wanted = new Set(only);
  return paths.filter((path) => wanted.has(path));
}

function patternOf(uri: string, pattern: string): RegExp {
  try {
    return globExpression(pattern);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw invalid(uri, 'it is no pattern: a range in it runs backwards');
    throw cause;
  }
}

/** Files of a folder and of those in it, without what is hidden. Links to folders are not followed: they may lead in circles. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    if (depth > DEPTH_MAX) throw invalid(path, `it lies ${depth} folders deep, the limit is ${DEPTH_MAX}`);
    for (const entry of await entriesOf(path)) {
      if (/^[_.]/.test(entry.name)) continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) await visit(child, depth + 1);
      else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(child)))) found.push(child);
      if (found.length > FILES_MAX) throw invalid(folder, `it holds more than ${FILES_MAX} files`);
    }
  };
  await visit(folder, 0);
  return found;
}

async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') {
      throw new PlimsollError('FILE_NOT_FOUND', { path }, { cause });
    }
    const reason = `the system answers ${systemCodeOf(cause)}`;
    throw new PlimsollError('FILE_UNREADABLE', { path, reason }, { cause });
  }
}

const leadsToFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isFile() ?? false;

/** The files that a manifest of ours names, or null where there is none. */
function manifestFiles(folder: string): string[] | null {
  const path = join(folder, MANIFEST);
  let manifest: unknown;
  try {
    const text = readFileSync(path, 'utf8');
    manifest = text.length <= MANIFEST_BYTES_MAX ? JSON.parse(text) : null;
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return null;
    throw new PlimsollError(
      'INPUT_INVALID',
      { problem: `${path}: expected JSON, got text that is none` },
      { cause },
    );
  }
  const parts = isRecord(manifest) && Array.isArray(manifest.parts) ? manifest.parts : null;
  const names = parts?.map((part) => (isRecord(part) ? part.name : null)) ?? [null];
  const bad = names.find((name) => typeof name !== 'string' || basename(name) !== name || name === '..');
  if (bad === undefined) return (names as string[]).map((name) => join(folder, name));
  throw new PlimsollError('INPUT_INVALID', {
    problem: `${path}: expected "parts", a list of objects with the "name" of a file`,
  });
}

/** Of the files that a URI names, those of one format. Throws FILE_NOT_FOUND, SOURCE_INVALID. */
export function oneFormat(
  uri: string,
  paths: readonly string[],
  wanted: FileFormat | null,
  what: 'file' | 'folder' | 'pattern',
): InputListing {
  const packed = paths.find((path) => PACKED.test(path));
  if (packed !== undefined) {
    throw invalid(packed, 'it is packed, so that it cannot be cut into chunks: unpack it, or write Parquet');
  }
  // A folder may hold notes and check sums; a file or pattern was named on purpose.
  const known = what === 'folder' ? paths.filter((path) => formatOfName(path) !== null) : paths;
  const chosen = wanted && what === 'folder' ? known.filter((path) => formatOfName(path) === wanted) : known;
  if (chosen.length === 0) throw new PlimsollError('FILE_NOT_FOUND', { path: uri });
  const formats = new Set(wanted ? [wanted] : chosen.map(formatOfName));
  const [format] = formats;
  if (formats.size > 1) {
    const names = [...formats].map((name) => name ?? 'unknown').join(' and ');
    throw invalid(uri, `it names files of several formats (${names}), one was wanted`);
  }
  if (!format)
    throw invalid(
      uri,
      'its name does not say a format: .parquet, .csv, .tsv, .jsonl, .ndjson, .arrow, .feather or .ipc',
    );
  return { format, paths: sortByBytes(chosen) };
}

/** UTF-8 keeps the order of code points; JavaScript compares UTF-16. */
const sortByBytes = (paths: readonly string[]): string[] =>
  paths
    .map((path) => Buffer.from(path))
    .sort(Buffer.compare)
    .map(String);

/** Values in the names of the folders that a file lies in: `…/day=2026-11-01/…`. */
export function partitionOf(path: string): Readonly<Record<string, string>> {
  const folders = path.split(sep).slice(0, -1);
  const pairs = folders.flatMap((folder) => {
    const at = folder.indexOf('=');
    return at < 1 ? [] : [[decoded(folder.slice(0, at)), decoded(folder.slice(at + 1))] as const];
  });
  return Object.fromEntries(pairs);
}

/** Spark writes what a file system may not take as `%3A`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const invalid = (where: string, reason: string): PlimsollError =>
  new PlimsollError('SOURCE_INVALID', { where: `"${where}"`, reason });
