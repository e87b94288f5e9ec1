import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FILE_MODE, type LayerMember } from './layer.ts';
import { readTar } from './tar-read.ts';

/** Where an image has this program; `main.js` there is what it starts. */
export const APP = 'opt/plimsoll/app';

/** Beside the bundle; a checkout that was only ever started has none. */
const PACKED = new URL('./image.tar.gz', import.meta.url);

/** Folder with this program as images have it, to be given back by `release`. */
export interface AppFolder {
  readonly folder: string;
  release(): Promise<void>;
}

/** Unpacked from beside the bundle in `dist/`; a checkout makes it now, with what scores tables where that is wanted. */
export async function appFolder(batch = false): Promise<AppFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-app-'));
  const release = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await (existsSync(PACKED) ? unpack(folder) : build(folder, batch));
    return { folder, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function build(folder: string, batch: boolean): Promise<void> {
  const tools = import.meta.url.endsWith('.ts') ? '../../../tools' : '../tools';
  const program = fileURLToPath(new URL(`${tools}/build.ts`, import.meta.url));
  await promisify(execFile)(process.execPath, [program, '--image', folder, ...(batch ? ['--batch'] : [])]);
}

async function unpack(folder: string): Promise<void> {
  const packed = await readFile(PACKED);
  for (const { path, bytes } of readTar(await promisify(gunzip)(packed))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** A package of npm that something of is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As the package says it: an expression of SPDX; null where it says none. */
  readonly license: string | null;
  /** Names of other packages that its publisher has bundled into it, in versions that nobody says. */
  readonly contains?: readonly string[];
}

/** Below the program, what scores tables: in images that are made `--with batch`. */
const BATCH = 'batch';

/** What `tools/build.ts` has written beside the bundle; the image holds it, too. In order of name and version, each once. */
export function bundledPackages(folder: string, batch: boolean): readonly BundledPackage[] {
  const folders = [folder, ...(batch ? [join(folder, BATCH)] : [])];
  const packages = folders.flatMap(
    (one) => JSON.parse(readFileSync(join(one, 'packages.json'), 'utf8')) as BundledPackage[],
  );
  const named = new Map(packages.map((one) => [`${one.name}@${one.version}`, one]));
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** What the layer of this program holds. */
export const appMembers = (folder: string, batch = false): LayerMember[] =>
  treeMembers(folder, APP).filter(({ path }) => batch || !path.startsWith(`${APP}/${BATCH}/`));

/** Every file of a folder, as files of the image that anybody may read. */
export function treeMembers(folder: string, path: string): LayerMember[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry): LayerMember => {
      const file = join(entry.parentPath, entry.name);
      const below = file.slice(join(folder, '/').length);
      return {
        kind: 'file',
        path: `${path}/${below}`,
        mode: FILE_MODE,
        from: { file, size: statSync(file).size },
      };
    });
}
