import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PlimsollError } from '../../core/errors.ts';
import { BUNDLE_MANIFEST, GRAPH, ORIGINAL } from '../../registry/bundle.ts';
import type { AcceptedVersion } from '../../registry/version.ts';
import { type ArchiveEntry, writeArchive } from './archive.ts';
import type { SparkJob } from './job.ts';

/** What a folder that Spark can be given is made of. */
export interface SparkProject {
  readonly job: SparkJob;
  readonly model: Pick<AcceptedVersion, 'bundle' | 'manifest'>;
  /** Folder with Python and scorer, where `makeAssets` has made it for several projects. */
  readonly assets?: string;
}

/** Python that is sent as it is. */
const PYTHON = ['job.py', 'plimsoll_scoring.py', 'plimsoll_cells.py'];
/** What onnxruntime needs of its package on a cluster of Linux on x64. */
const ONNX_FILES = ['package.json', 'dist', 'bin/napi-v6/linux/x64'];

/**
 * Writes `folder`: `job.json`, the Python of driver and workers, and `plimsoll.tar.gz`, which holds model and scorer and is
 * sent to every executor once. Throws FILE_UNWRITABLE, SPARK_UNSUPPORTED.
 */
export async function writeProject(folder: string, { job, model, assets }: SparkProject): Promise<void> {
  if (model.manifest.python !== undefined) {
    const reason = 'the model runs with Python, whose environment is not on the cluster: score it here';
    throw new PlimsollError('SPARK_UNSUPPORTED', { reason });
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'job.json'), `${JSON.stringify(job, null, 2)}\n`);
  const own = join(folder, '.assets');
  const from = assets ?? (await makeAssets(own));
  try {
    for (const name of PYTHON) await copyFile(join(from, name), join(folder, name));
    await writeArchive(join(folder, 'plimsoll.tar.gz'), [
      { name: 'scorer', path: join(from, 'scorer') },
      ...bundleEntries(model),
      ...(model.manifest.runtime === 'onnx' ? onnxEntries() : []),
    ]);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** Folder with Python and scorer: the one beside the bundle in `dist/`, else `folder`, where a checkout makes them. */
export async function makeAssets(folder: string): Promise<string> {
  const made = fileURLToPath(new URL('./spark/', import.meta.url));
  if (!import.meta.url.endsWith('.ts') && existsSync(made)) return made;
  const tools = import.meta.url.endsWith('.ts') ? '../../../tools' : '../tools';
  const build = fileURLToPath(new URL(`${tools}/build.ts`, import.meta.url));
  await promisify(execFile)(process.execPath, [build, '--spark', folder]);
  return folder;
}

/** What loading reads of a bundle. */
const bundleEntries = ({ bundle, manifest }: SparkProject['model']): ArchiveEntry[] =>
  [BUNDLE_MANIFEST, manifest.graph ? GRAPH : ORIGINAL].map((name) => ({
    name: `bundle/${name}`,
    path: join(bundle, name),
  }));

/** The native code of onnxruntime, where the scorer's `import` finds it. */
function onnxEntries(): ArchiveEntry[] {
  const { resolve } = createRequire(import.meta.url);
  const own = dirname(resolve('onnxruntime-node/package.json'));
  // It exports nothing but its entry, `dist/cjs/index.js`.
  const entry = createRequire(join(own, 'package.json')).resolve('onnxruntime-common');
  const common = join(dirname(entry), '../..');
  const modules = 'scorer/node_modules';
  return [
    ...ONNX_FILES.map((file) => ({ name: `${modules}/onnxruntime-node/${file}`, path: join(own, file) })),
    { name: `${modules}/onnxruntime-common`, path: common },
  ];
}
