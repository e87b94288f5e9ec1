// Fingerprints of what `dist/` is built from. Plain JavaScript: the launcher reads it before anything else.

// Not imported, for the reason that the launcher gives.
const { process } = globalThis;
const { readdirSync, readFileSync, statSync } = process.getBuiltinModule('node:fs');

/** Folders of what a bundle is made of: the program, the Python package that it offers, the console, and what its pages load. */
export const FOLDERS = ['src', 'python/plimsoll', 'console', 'tools/wheel', 'vendor'];
/** What a bundle is made of besides. */
export const BESIDE = [
  ...['package.json', 'package-lock.json'],
  ...['python/pyproject.toml', 'python/README.md', 'LICENSE'],
  ...['tools/build.ts', 'tools/bundled.ts', 'tools/chunks.ts', 'tools/compile.ts', 'tools/console.ts'],
  'tools/notices.ts',
];

/** Folders and source files that end up in the bundle, relative to `root`, in a stable order. */
function places(root) {
  const [folders, files] = [[], []];
  const walk = (folder) => {
    folders.push(folder);
    for (const entry of readdirSync(`${root}/${folder}`, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.name === '__pycache__') continue;
      if (entry.isDirectory()) walk(path);
      else if (!entry.name.endsWith('.test.ts')) files.push(path);
    }
  };
  FOLDERS.forEach(walk);
  return { folders: folders.sort(), files: [...files.sort(), ...BESIDE] };
}

/** Folders and source files with their sizes and times. */
export function listing(root) {
  const found = places(root);
  return { ...found, stamps: stamps(root, found) };
}

/**
 * Whether everything is as it was listed. Every start of a checkout waits for this: a folder has another time after each name
 * that comes or goes, so that none has to be read.
 */
export function isAsListed(root, listed) {
  return typeof listed === 'object' && stamps(root, listed) === listed.stamps;
}

function stamps(root, { folders, files }) {
  let lines = '';
  for (const path of folders) lines += `${statSync(`${root}/${path}`, ABSENT)?.mtimeMs}\n`;
  for (const path of files) {
    const { size, mtimeMs } = statSync(`${root}/${path}`, ABSENT) ?? {};
    lines += `${size} ${mtimeMs}\n`;
  }
  return lines;
}

const ABSENT = { throwIfNoEntry: false };

/** Digest of names and bytes, for when the times say nothing (a copy, another checkout). */
export function content(root) {
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  for (const path of places(root).files)
    hash
      .update(`${path}\0`)
      .update(readFileSync(`${root}/${path}`))
      .update('\0');
  return hash.digest('hex');
}
