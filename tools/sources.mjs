// Fingerprints of what `dist/` is built from. Plain JavaScript: the launcher reads it before anything else.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of what a bundle is made of: the program, the Python package that it offers, and what its pages load. */
export const FOLDERS = ['src', 'python/plimsoll', 'tools/wheel', 'vendor'];
/** What a bundle is made of besides. */
export const BESIDE = [
  ...['package.json', 'package-lock.json'],
  ...['python/pyproject.toml', 'python/README.md', 'LICENSE'],
  ...['tools/build.ts', 'tools/bundled.ts', 'tools/chunks.ts', 'tools/compile.ts', 'tools/notices.ts'],
];

/** Source files that end up in the bundle, relative to `root`, in a stable order. */
function sources(root) {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(`${root}/${folder}`, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.name === '__pycache__') continue;
      if (entry.isDirectory()) walk(path);
      else if (!entry.name.endsWith('.test.ts')) found.push(path);
    }
  };
  FOLDERS.forEach(walk);
  return [...found.sort(), ...BESIDE];
}

/** Digest of names, sizes and times: every start of a checkout waits for it, so nothing is normalized a thousand times. */
export function listing(root) {
  let lines = '';
  for (const path of sources(root)) {
    const { size, mtimeMs } = statSync(`${root}/${path}`);
    lines += `${path}\0${size}\0${mtimeMs}\n`;
  }
  return createHash('sha1').update(lines).digest('hex');
}

/** Digest of names and bytes, for when the times say nothing (a copy, another checkout). */
export function content(root) {
  const hash = createHash('sha256');
  for (const path of sources(root))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex');
}
