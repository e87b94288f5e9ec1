import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { readModelFile } from '../../files/read-model.ts';
import type { ModelContent, ModelDescription, NamedGlobal } from '../../model/description.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import { type OutlinedDescription, type OutlinedModel, outlineModel } from '../../outline/model-outline.ts';
import { graphPath, lockOfBundle, ORIGINAL, originalPath, readManifest } from '../bundle.ts';
import { createEngine } from '../engines.ts';
import { loadBundle } from '../load.ts';
import { executedNames, importedModules } from '../python/imports.ts';
import { type BundleManifest, runsWithPython } from '../version.ts';
import type { InspectedVersion, VersionContents } from './inspected-version.ts';

/** Graphs larger than this are not taken apart, nor originals of graphs read once more. */
const GRAPH_BYTES_MOST = 2 ** 28;
const ORIGINAL_BYTES_MOST = 2 ** 26;
/** Modules that are told, names of each, and names that would run. */
const MODULES_MOST = 100;
const NAMES_MOST = 20;

/** A version that was read. */
export interface OpenInspected {
  readonly manifest: BundleManifest;
  readonly content: ModelContent | null;
  readonly outlined: OutlinedModel;
  readonly contents: VersionContents;
  /** What answers its rows; made once. Throws what building an engine throws. */
  engine(): Promise<Engine>;
  close(): Promise<void>;
}

/** Reads what is in a bundle. Throws BUNDLE_GONE, and what reading its file throws. */
export async function openInspected({ bundle, model, version }: InspectedVersion): Promise<OpenInspected> {
  const manifest = readManifest(bundle);
  if (manifest === null) throw new PlimsollError('BUNDLE_GONE', { model, version, digest: bundle });
  const description = describe(bundle, manifest);
  const outlined = outlineModel(description);
  let engine: Promise<Engine> | null = null;
  const { content } = description;
  const start = async (): Promise<Engine> =>
    content?.kind === 'steps' && !runsWithPython(manifest)
      ? createEngine(content, manifest.runtime)
      : (await loadBundle(bundle, model, version)).engine;
  return {
    ...{ manifest, content, outlined },
    contents: {
      outline: outlined.outline,
      ...namesIn(description.globals, manifest),
      packages: await packagesOf(bundle, manifest),
    },
    engine() {
      engine ??= start();
      return engine;
    },
    close: async () => (await engine?.catch(() => null))?.close(),
  };
}

type Described = OutlinedDescription & Pick<ModelDescription, 'globals'>;

function describe(bundle: string, manifest: BundleManifest): Described {
  if (runsWithPython(manifest)) return describePython(bundle, manifest);
  const { maxModel, graph, size } = manifest;
  const read = (): Described =>
    readModelFile(originalPath(bundle, manifest), {
      maxModel: maxModel ?? undefined,
      covers: true,
      ...choicesOf(manifest),
    });
  if (!graph) return read();
  // What answers is the graph; its file says what it was made of.
  const said = size <= ORIGINAL_BYTES_MOST ? readable(read) : null;
  const { format, framework, compression, signature } = manifest;
  const about = { format, framework, compression, outline: said?.outline ?? null };
  return {
    ...{ ...about, notes: said?.notes ?? [], globals: said?.globals ?? [] },
    content: graphContent(graphPath(bundle), { signature, memory: manifest.graphMemory }),
  };
}

function graphContent(
  path: string,
  {
    signature,
    memory = { kind: 'unbounded', reason: 'nothing was proved' },
  }: {
    readonly signature: BundleManifest['signature'];
    readonly memory: BundleManifest['graphMemory'];
  },
): ModelContent {
  const isSmall = statSync(path).size <= GRAPH_BYTES_MOST;
  return { kind: 'graph', onnx: isSmall ? readFileSync(path) : path, signature, memory };
}

/** Of what Python runs, as much as can be read without it. */
function describePython(bundle: string, manifest: BundleManifest): Described {
  const { format, framework, compression, python } = manifest;
  const path = python?.model === null || python === undefined ? null : join(bundle, ORIGINAL, python.model);
  const read =
    path !== null && existsSync(path) ? readable(() => readModelFile(path, { covers: true })) : null;
  const { content = null, outline = null, notes = [], globals = [] } = read ?? {};
  return { format, framework, compression, content, outline, notes, globals };
}

/** Null where reading refuses: what it runs with needs no reading. */
function readable(read: () => Described): Described | null {
  try {
    return read();
  } catch (error) {
    if (isPlimsollError(error)) return null;
    throw error;
  }
}

function namesIn(
  globals: readonly NamedGlobal[],
  { python }: BundleManifest,
): Pick<VersionContents, 'imports' | 'runs'> {
  const own = new Set(
    (python?.code ?? []).map((path) => path.split('/').at(-1)?.replace(/\.py$/, '') ?? path),
  );
  const script = python?.script ?? null;
  return {
    imports: importedModules(globals, own)
      .slice(0, MODULES_MOST)
      .map((module) => ({ ...module, names: module.names.slice(0, NAMES_MOST) })),
    runs: [
      ...(script === null ? [] : [{ name: script, how: 'script' as const, offset: null }]),
      ...executedNames(globals).slice(0, MODULES_MOST),
    ],
  };
}

async function packagesOf(bundle: string, { python }: BundleManifest): Promise<VersionContents['packages']> {
  const lock = python === undefined ? null : await lockOfBundle(bundle, python);
  return [...(lock?.pins ?? [])].map(([name, version]) => ({ name, version }));
}
