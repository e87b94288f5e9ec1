import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import packageJson from '../../../package.json' with { type: 'json' };
import { required } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { PackageLock } from '../../python/environment.ts';
import { MARKER, markerOf } from '../../python/environments.ts';
import { readLock } from '../../python/lock-text.ts';
import { ORIGINAL } from '../../registry/bundle.ts';
import type { PythonManifest } from '../../registry/python/manifest.ts';
import { SUMS, sumsOf } from '../../registry/sums.ts';
import { appFolder, appMembers, treeMembers } from '../image/app.ts';
import type { ArchiveSettings } from '../image/archives.ts';
import { USER } from '../image/base.ts';
import { imageLabelsOf, referenceOf } from '../image/image-config.ts';
import { FILE_MODE, FOLDER_MODE, type LayerMember } from '../image/layer.ts';
import type { Platform } from '../image/layout.ts';
import { BASE_LOCK, type PlatformLock, platformName, type SharedPart } from '../image/lock.ts';
import { modelMembers } from '../image/model-layer.ts';
import { placeShared } from '../image/shared.ts';
import { realPath, WORK, withWork } from '../image/working-folder.ts';
import type { PackagedModel } from '../packaged.ts';
import type { PythonFacts } from './python.ts';
import { archiveOf, type ContextFacts, dockerfile, dockerignore, HEALTH, readme } from './render.ts';

export interface ContextOptions {
  readonly model: PackagedModel;
  readonly platform: Platform;
  readonly archives: ArchiveSettings;
  readonly onProgress: (stage: string) => void;
}

/**
 * Writes a build context into a new folder, complete or not at all. Throws FILE_UNWRITABLE where something is there
 * already, since people change what is theirs, IMAGE_PLATFORM, and what fetching throws.
 */
export async function writeContext(output: string, options: ContextOptions): Promise<ContextFacts> {
  const path = realPath(output);
  const lock = lockFor(options);
  return withWork(path, checkEmpty, async (work) => {
    const made = join(work, 'context');
    await mkdir(made);
    const facts = await fill(made, lock, options);
    await openToAll(made);
    checkEmpty(path);
    if (!existsSync(path)) await rename(made, path);
    else for (const name of readdirSync(made)) await rename(join(made, name), join(path, name));
    return facts;
  });
}

function checkEmpty(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  const isEmpty = found.isDirectory() && readdirSync(path).every((name) => name.startsWith(WORK));
  if (isEmpty) return;
  const reason = `it is ${found.isDirectory() ? 'not empty' : 'a file'}, a new folder was wanted`;
  throw new PlimsollError('FILE_UNWRITABLE', { path, reason });
}

/** A builder keeps modes: whoever runs the image has to be able to read it, whatever this process would keep from others. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, FOLDER_MODE);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? FOLDER_MODE : FILE_MODE);
}

function lockFor({ platform }: ContextOptions): PlatformLock {
  const lock = BASE_LOCK.platforms[platformName(platform)];
  if (lock !== undefined) return lock;
  const known = Object.keys(BASE_LOCK.platforms).join(', ');
  throw new PlimsollError('IMAGE_PLATFORM', { platform: platformName(platform), known });
}

async function fill(folder: string, lock: PlatformLock, options: ContextOptions): Promise<ContextFacts> {
  const { model, archives, onProgress } = options;
  const { runtime, graph, python } = model.manifest;
  const needsOnnx = (python?.inner ?? runtime) === 'onnx' || graph;
  const shared: SharedPart[] = needsOnnx ? ['base', 'onnxruntime'] : ['base'];
  for (const part of shared) {
    onProgress(`placing ${archiveOf(part)}`);
    await placeShared(part, join(folder, archiveOf(part)), lock, archives);
  }
  onProgress('writing the program and the model');
  const app = await appFolder();
  try {
    await place(folder, 'app', 'opt/plimsoll/app', appMembers(app.folder));
  } finally {
    await app.release();
  }
  await place(folder, 'models', 'opt/plimsoll/models', await modelMembers(model));
  const environment = environmentOf(model);
  if (environment !== null) await place(folder, 'python', 'python', packageMembers());
  const facts = factsOf(options, lock, shared, environment);
  const texts = {
    Dockerfile: dockerfile(facts),
    '.dockerignore': dockerignore(facts),
    'health.js': HEALTH,
    'README.md': readme(facts),
    ...(environment === null ? {} : { [MARKER]: markerOf(environment) }),
  };
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text);
  await writeFile(join(folder, SUMS), await sumsOf(folder));
  return facts;
}

function factsOf(
  { model, platform }: ContextOptions,
  lock: PlatformLock,
  shared: readonly SharedPart[],
  environment: PackageLock | null,
): ContextFacts {
  const { name, version, digest } = model;
  const { node, debian, onnxruntime } = lock;
  const holds: Readonly<Record<SharedPart, string>> = {
    base: `Node ${node.version} and ${debian.map((one) => `${one.name} ${one.version}`).join(', ')} of Debian`,
    onnxruntime: onnxruntime.map((one) => `${one.name} ${one.version}`).join(', '),
    batch: 'DuckDB',
  };
  return {
    ...{ name, version, digest, user: USER, platform: platformName(platform), program: packageJson.version },
    parts: shared.map((part) => ({ part, digest: lock.layers[part].digest, holds: holds[part] })),
    tag: referenceOf(model),
    labels: imageLabelsOf(model),
    python:
      environment === null
        ? null
        : pythonFacts(required(model.manifest.python, 'manifest.python'), environment),
  };
}

const pythonFacts = (
  { lock, trust }: PythonManifest,
  { digest, python, pins }: PackageLock,
): PythonFacts => ({
  ...{ python, environment: digest, lock: `${ORIGINAL}/${lock}`, packages: pins.size },
  allowBuild: trust.allow.includes('build'),
});

/** The lock of the environment that a version needs, or null. */
function environmentOf({ bundle, manifest: { python } }: PackagedModel): PackageLock | null {
  if (python === undefined) return null;
  return readLock(readFileSync(join(bundle, ORIGINAL, python.lock), 'utf8'), python.python);
}

/** This program's part in Python: of a checkout, or beside the bundle in `dist/`. Bytecode is made where it is used. */
function packageMembers(): readonly LayerMember[] {
  const above = import.meta.url.endsWith('.ts') ? '../../../' : '../';
  const folder = fileURLToPath(new URL(`${above}python/plimsoll`, import.meta.url));
  return treeMembers(folder, 'python/plimsoll').filter(({ path }) => !path.includes('/__pycache__/'));
}

/** Members of an image below `from`, as files below `to` in the context. */
async function place(
  folder: string,
  to: string,
  from: string,
  members: readonly LayerMember[],
): Promise<void> {
  for (const member of members) {
    if (member.kind !== 'file') continue;
    const path = join(folder, to, member.path.slice(from.length + 1));
    await mkdir(dirname(path), { recursive: true });
    if (member.from instanceof Uint8Array) await writeFile(path, member.from);
    else await copyFile(member.from.file, path);
  }
}
