import { readFile } from 'node:fs/promises';
import { elementWhere } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { type ArchiveSettings, fetchPinned, pinnedDebian } from './archives.ts';
import { readDeb } from './deb.ts';
import { stripped } from './elf.ts';
import { FILE_MODE, type LayerMember, PROGRAM_MODE } from './layer.ts';
import type { DebianPackage, PlatformArchives } from './lock.ts';
import { npmMembers } from './npm.ts';
import type { TarMember } from './tar-read.ts';

/**
 * The base of every image: Node, the libraries it and native code ask for, and what a process of Linux expects to find. No
 * shell, no package manager, no certificates but those that Node brings.
 */

/** User and group of the process, where the platform gives it no other. */
export const USER = 65_532;
/** Where glibc looks for libraries without a cache. */
const LIBRARIES = 'lib/x86_64-linux-gnu';
const LOADER = 'ld-linux-x86-64.so.2';
const NODE = 'usr/local/bin/node';

const text = (path: string, lines: readonly string[]): LayerMember => ({
  kind: 'file',
  path,
  mode: FILE_MODE,
  from: new TextEncoder().encode(`${lines.join('\n')}\n`),
});

/** Files that are the same in every image. */
const SYSTEM: readonly LayerMember[] = [
  text('etc/passwd', [
    'root:x:0:0:root:/tmp:/sbin/nologin',
    `plimsoll:x:${USER}:${USER}:plimsoll:/tmp:/sbin/nologin`,
  ]),
  text('etc/group', ['root:x:0:', `plimsoll:x:${USER}:`]),
  text('etc/nsswitch.conf', ['passwd: files', 'group: files', 'hosts: files dns']),
  // Scanners learn from it, and from the list of packages, whose libraries these are.
  text('etc/os-release', [
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"',
    'NAME="Debian GNU/Linux"',
    'VERSION_ID="12"',
    'VERSION="12 (bookworm)"',
    'VERSION_CODENAME=bookworm',
    'ID=debian',
  ]),
  // A process of any user may write here, where the file system is not read-only.
  { kind: 'folder', path: 'tmp', mode: 0o1777 },
  { kind: 'folder', path: 'var/tmp', mode: 0o1777 },
  ...['dev', 'proc', 'sys'].map((path): LayerMember => ({ kind: 'folder', path, mode: 0o755 })),
];

/** What the base layer holds. Throws what fetching and reading archives throws. */
export async function baseMembers(lock: PlatformArchives, settings: ArchiveSettings): Promise<LayerMember[]> {
  const members = [...SYSTEM];
  const node = await npmMembers(lock.node, settings);
  const program = elementWhere(node, ({ path }) => path === 'bin/node');
  members.push({ kind: 'file', path: NODE, mode: PROGRAM_MODE, from: stripped(program.bytes) });
  const license = elementWhere(node, ({ path }) => path === 'LICENSE');
  members.push({ kind: 'file', path: 'usr/share/doc/node/LICENSE', mode: FILE_MODE, from: license.bytes });
  for (const pinned of lock.debian) members.push(...(await debianMembers(pinned, settings)));
  return members;
}

async function debianMembers(pinned: DebianPackage, settings: ArchiveSettings): Promise<LayerMember[]> {
  const path = await fetchPinned(pinnedDebian(pinned, settings), settings);
  const files = readDeb(await readFile(path));
  return [
    ...pinned.libraries.map((name): LayerMember => {
      const { bytes } = library(files, name, pinned.name);
      return { kind: 'file', path: placeOf(name), mode: PROGRAM_MODE, from: stripped(bytes) };
    }),
    licenseOf(pinned, files),
    ...(pinned.texts ?? []).map((name) => commonLicense(name, files, pinned.name)),
    text(`var/lib/dpkg/status.d/${pinned.name}`, [
      `Package: ${pinned.name}`,
      'Status: install ok installed',
      'Architecture: amd64',
      `Version: ${pinned.version}`,
    ]),
  ];
}

function licenseOf({ name, documented }: DebianPackage, files: readonly TarMember[]): LayerMember {
  const folder = `usr/share/doc/${name}`;
  if (documented !== name) return { kind: 'link', path: folder, target: documented };
  const { bytes } = fileAt(files, `${folder}/copyright`, name);
  return { kind: 'file', path: `${folder}/copyright`, mode: FILE_MODE, from: bytes };
}

/** A text that many packages refer to, or a link to one. */
function commonLicense(name: string, files: readonly TarMember[], owner: string): LayerMember {
  const path = `usr/share/common-licenses/${name}`;
  const target = files.find((member) => member.path === path)?.target;
  if (target != null) return { kind: 'link', path, target };
  return { kind: 'file', path, mode: FILE_MODE, from: fileAt(files, path, owner).bytes };
}

const placeOf = (name: string): string => (name === LOADER ? `lib64/${name}` : `${LIBRARIES}/${name}`);

/** A library by the name that programs ask for, which may be a link to the file beside it. */
function library(files: readonly TarMember[], name: string, owner: string): TarMember {
  const found = files.filter(({ path }) => path.split('/').at(-1) === name);
  const file = found.find(({ target }) => target === null);
  if (file !== undefined) return file;
  const target = found[0]?.target?.split('/').at(-1);
  return fileAt(files, files.find(({ path }) => path.split('/').at(-1) === target)?.path ?? name, owner);
}

function fileAt(files: readonly TarMember[], path: string, owner: string): TarMember {
  const file = files.find((member) => member.path === path && member.target === null);
  if (file !== undefined) return file;
  const reason = `the package ${owner} has no file "${path}", which its lock names`;
  throw new PlimsollError('INTERNAL', { action: 'making the base of an image', reason });
}
