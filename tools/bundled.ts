/** Which packages of npm a bundle has got something of. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package whose code is in a bundle, as its own `package.json` says. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An expression of SPDX, or null where it says none. */
  readonly license: string | null;
  /** Names of other packages that were bundled into the files of this one before it was published. */
  readonly contains?: readonly string[];
}

/** A package and what of it is in a bundle. */
export interface BundledFolder extends BundledPackage {
  /** Its folder, and those of its files that something of is in the bundle, from the root of the checkout. */
  readonly folder: string;
  readonly files: readonly string[];
}

const FOLDER = /^(.*?node_modules\/(?:@[^/]+\/)?[^/]+)\//;
/** Files of packages that are kept in the checkout (tools/vendor.ts). */
const VENDORED = /^vendor\/[^/]+/;
const LAST = 'node_modules/';
/** What a bundler has put into a file is read from the map beside it, which is seldom there and seldom small. */
const MAP_BYTES_MIN = 100_000;

/** The packages of these files, paths from `root`; in order of name and version, each once. */
export function bundledFolders(root: string, files: Iterable<string>): BundledFolder[] {
  const folders = new Map<string, string[]>();
  for (const file of new Set(files)) {
    const folder = folderOf(file);
    if (folder !== null) folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const found = new Map<string, BundledFolder>();
  for (const [folder, own] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const manifest = manifestOf(root, folder);
    const { name, version } = manifest;
    const id = `${name}@${version}`;
    const before = found.get(id)?.files ?? [];
    const all = [...before, ...own].sort();
    found.set(id, { ...containedIn(root, name, all), ...manifest, folder, files: all });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** The same without what is of this machine. */
export const packagesOf = (folders: readonly BundledFolder[]): BundledPackage[] =>
  folders.map(({ folder: _, files: __, ...one }) => one);

function manifestOf(root: string, folder: string): BundledPackage {
  const path = join(root, folder, 'package.json');
  if (!existsSync(path)) throw new Error(`${folder} is in the bundle and has no package.json`);
  const { name, version, license, contains } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  if (typeof name !== 'string' || typeof version !== 'string')
    throw new Error(`${path} says no name and version`);
  const own = VENDORED.test(folder) && contains !== undefined ? { contains } : {};
  return { name, version, license: typeof license === 'string' ? license : null, ...own };
}

interface Manifest {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly license?: unknown;
  readonly contains?: readonly string[];
}

function containedIn(root: string, own: string, files: readonly string[]): { contains?: readonly string[] } {
  const maps = files.map((file) => join(root, `${file}.map`));
  const contains = packagesIn(maps).filter((name) => name !== own);
  return contains.length === 0 ? {} : { contains };
}

/** Names of the packages whose files these source maps name, in order; of maps that are not there, none. */
export function packagesIn(maps: readonly string[]): readonly string[] {
  const names = maps
    .flatMap(sourcesOf)
    .flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
  return [...new Set(names)].sort();
}

function sourcesOf(map: string): readonly string[] {
  if (!existsSync(map)) return [];
  const text = readFileSync(map, 'utf8');
  if (text.length < MAP_BYTES_MIN) return [];
  return (JSON.parse(text) as { sources: string[] }).sources;
}

/** The innermost package that holds a file. */
function folderOf(file: string): string | null {
  const [vendored] = VENDORED.exec(file) ?? [];
  if (vendored !== undefined) return vendored;
  const at = file.lastIndexOf(LAST);
  if (at < 0) return null;
  const [, folder] = FOLDER.exec(file.slice(at)) ?? [];
  return folder === undefined ? null : file.slice(0, at) + folder;
}
