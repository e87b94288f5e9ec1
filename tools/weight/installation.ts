/** What the published package takes on a disk: packed, and installed as a user installs it, into an empty folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import type { BudgetName } from './budgets.ts';
import type { Figure } from './judge.ts';

const root = join(import.meta.dirname, '../..');
const MB = 2 ** 20;
/** Unit of `blocks`, whatever the file system (stat(2)). */
const BLOCK_BYTES = 512;
const LARGEST = 6;

/** Packs this checkout and installs the archive twice. Needs `dist/`, and npm's registry or its cache. */
export function installationFigures(): Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-installation-'));
  try {
    const packed = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const [{ filename, size, unpackedSize, entryCount }] = JSON.parse(npm(root, packed));
    const archive = join(folder, filename);
    const detail = `${entryCount} files of ${(unpackedSize / MB).toFixed(1)} MB`;
    return [
      { of: 'packed', value: size / MB, detail },
      installed('withoutOptional', join(folder, 'without'), archive, ['--omit=optional']),
      installed('withOptional', join(folder, 'with'), archive, []),
      sizeOf('development', root),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The documented line: scripts of packages are left out, since onnxruntime's downloads what is not used here. */
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

function installed(of: BudgetName, folder: string, archive: string, options: readonly string[]): Figure {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{}');
  npm(folder, [...INSTALL, ...options, archive]);
  // npm says nothing of an optional part that it could not install.
  const parts = options.includes('--omit=optional') ? [] : Object.keys(packageJson.optionalDependencies);
  const missing = parts.filter((name) => !existsSync(join(folder, 'node_modules', name)));
  if (missing.length > 0) throw new Error(`npm left out ${missing.join(', ')}`);
  return sizeOf(of, folder);
}

/** Size of `node_modules` in a folder, and its largest packages. */
function sizeOf(of: BudgetName, folder: string): Figure {
  const modules = join(folder, 'node_modules');
  const packages = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => join(name, inner)) : [name],
  );
  const sizes = packages.map((name) => ({ name, bytes: diskBytes(join(modules, name)) }));
  const largest = sizes.sort((a, b) => b.bytes - a.bytes).slice(0, LARGEST);
  const detail = largest.map(({ name, bytes }) => `${name} ${(bytes / MB).toFixed(1)} MB`).join(', ');
  return { of, value: sizes.reduce((sum, { bytes }) => sum + bytes, 0) / MB, detail };
}

/** Bytes that a file, or everything below a folder, takes on the disk. */
function diskBytes(path: string): number {
  const status = lstatSync(path);
  const below = status.isDirectory() ? readdirSync(path) : [];
  return below.reduce((sum, name) => sum + diskBytes(join(path, name)), status.blocks * BLOCK_BYTES);
}

/** Throws with what npm said where it fails. */
const npm = (cwd: string, args: readonly string[]): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', maxBuffer: 64 * MB });
