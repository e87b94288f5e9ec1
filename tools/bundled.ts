/** Which packages of npm a bundle has got something of. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package whose code is in a bundle, as its own `package.json` says. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An expression of SPDX, or null where it says none. */
  readonly license: string | null;
}

const FOLDER = /^(.*?node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const LAST = 'node_modules/';

/** The packages of these files, paths from `root`; in order of name and version, each once. */
export function packagesOf(root: string, files: Iterable<string>): BundledPackage[] {
  const found = new Map<string, BundledPackage>();
  for (const folder of new Set([...files].flatMap(folderOf))) {
    const manifest = join(root, folder, 'package.json');
    if (!existsSync(manifest)) throw new Error(`${folder} is in the bundle and has no package.json`);
    const { name, version, license } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
    if (typeof name !== 'string' || typeof version !== 'string')
      throw new Error(`${manifest} says no name and version`);
    found.set(`${name}@${version}`, { name, version, license: typeof license === 'string' ? license : null });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** The innermost package that holds a file. */
function folderOf(file: string): string[] {
  const at = file.lastIndexOf(LAST);
  if (at < 0) return [];
  const [, folder] = FOLDER.exec(file.slice(at)) ?? [];
  return folder === undefined ? [] : [file.slice(0, at) + folder];
}
