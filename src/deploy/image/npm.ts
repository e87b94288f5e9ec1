import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { type ArchiveSettings, fetchPinned, pinnedNpm } from './archives.ts';
import { isElf, stripped } from './elf.ts';
import { FILE_MODE, type LayerMember } from './layer.ts';
import type { NpmArchive, PlatformArchives } from './lock.ts';
import { readTar, type TarMember } from './tar-read.ts';

/** Packages of npm as layers: what runs on one platform, and nothing that only other platforms, compilers or people need. */

/** Where `import` finds them from `/opt/plimsoll/app`. */
const MODULES = 'opt/plimsoll/node_modules';
const UNPACKED_BYTES_MAX = 1 << 30;

/** Files of a package, by their paths in it. Throws what fetching throws, READ_CORRUPT. */
export async function npmMembers(archive: NpmArchive, settings: ArchiveSettings): Promise<TarMember[]> {
  const packed = await readFile(await fetchPinned(pinnedNpm(archive, settings), settings));
  const files = readTar(gunzipSync(packed, { maxOutputLength: UNPACKED_BYTES_MAX }));
  // The first folder of its paths has any name.
  return files.map((member) => ({ ...member, path: member.path.slice(member.path.indexOf('/') + 1) }));
}

const NEVER = /\.(?:map|d\.ts|d\.mts)$|^(?:script|lib|src)\//;
/** Native code of other platforms, and the second form of JavaScript that Node does not load. */
const OTHER = /^bin\/napi-v\d+\/(?!linux\/x64\/)|^dist\/(?:esm|ort)/;

const isRun = (path: string): boolean => !NEVER.test(path) && !OTHER.test(path);

/** A package as a program loads it. */
async function modules(archives: readonly NpmArchive[], settings: ArchiveSettings): Promise<LayerMember[]> {
  const members: LayerMember[] = [];
  for (const archive of archives) {
    for (const { path, bytes, target } of await npmMembers(archive, settings)) {
      if (target !== null || !isRun(path)) continue;
      const from = isElf(bytes) ? stripped(bytes) : bytes;
      members.push({ kind: 'file', path: `${MODULES}/${archive.name}/${path}`, mode: FILE_MODE, from });
    }
  }
  return members;
}

/** onnxruntime, for versions whose graph it runs. */
export const onnxruntimeMembers = (
  lock: PlatformArchives,
  settings: ArchiveSettings,
): Promise<LayerMember[]> => modules(lock.onnxruntime, settings);

/** DuckDB, for batch jobs in containers. */
export const batchMembers = (lock: PlatformArchives, settings: ArchiveSettings): Promise<LayerMember[]> =>
  modules(lock.batch, settings);
