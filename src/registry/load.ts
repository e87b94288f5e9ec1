import { basename } from 'node:path';
import { CPU_DEVICE, type Device, deviceText } from '../core/devices.ts';
import { required } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { choicesOf } from '../model/reading-choices.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { graphPath, originalPath, readManifest } from './bundle.ts';
import { buildEngine, graphMaterial, materialOf } from './engines.ts';
import type { CompiledMaterial, EngineMaterial } from './material.ts';
import type { ReadingRequest } from './reading.ts';
import { type BundleManifest, isIsolated, type LoadedVersion, runsWithPython } from './version.ts';

/** Reads what an engine of an accepted bundle is built of, but for Python, which reads the bundle itself. */
export type ReadMaterial = (request: ReadingRequest) => Promise<CompiledMaterial>;

/**
 * Loads an accepted bundle with the runtime its manifest names; nothing is chosen or checked again. Callable in any thread.
 * Throws BUNDLE_GONE where it is not there, what reading it throws, and what its engine throws.
 */
export async function loadBundle(
  dir: string,
  model: string,
  version = 1,
  read: ReadMaterial = readMaterial,
  device = CPU_DEVICE,
): Promise<LoadedVersion> {
  const manifest = readManifest(dir);
  if (!manifest) throw new PlimsollError('BUNDLE_GONE', { model, version, digest: basename(dir) });
  const name = `${model}@${version}`;
  const material = await materialFor(dir, manifest, name, read);
  if (device.name !== 'cpu' && (material.kind === 'graph' || material.kind === 'isolated'))
    await checkOnce(device);
  const engine = await buildEngine(material.kind === 'isolated' ? { ...material, name } : material, device);
  await warmUp(engine, manifest);
  return { model, version, manifest, bundle: dir, engine, device: deviceOf(material, device) };
}

/** Devices that were there when they were tried. */
const checked = new Set<string>();

/** A device is tried before the first graph runs on it: what its libraries say is about the device then, not about the graph. */
async function checkOnce(device: Device): Promise<void> {
  if (checked.has(deviceText(device))) return;
  const { checkDevice } = await import('../engine/onnx/devices.ts');
  await checkDevice(device);
  checked.add(deviceText(device));
}

/** Native evaluators know the CPU only, and what Python uses is its own affair. */
const deviceOf = ({ kind }: EngineMaterial, device: Device): string =>
  deviceText(kind === 'graph' || kind === 'isolated' ? device : CPU_DEVICE);

/** Calls before the first request: enough to have the code compiled, few enough to cost a start next to nothing. */
const WARM_UP_CALLS = 20;
const WARM_UP_MILLIS = 20;

/** Answers the example row a few times, so that the first request meets a warm engine. */
async function warmUp(engine: Engine, manifest: BundleManifest): Promise<void> {
  const batch = decodeInput({ instances: [manifest.example] }, manifest.signature);
  const start = performance.now();
  for (let i = 0; i < WARM_UP_CALLS && (i === 0 || performance.now() - start < WARM_UP_MILLIS); i++)
    await engine.infer(batch);
}

async function materialFor(
  dir: string,
  manifest: BundleManifest,
  name: string,
  read: ReadMaterial,
): Promise<EngineMaterial> {
  if (!runsWithPython(manifest)) return read({ dir, manifest, runtime: manifest.runtime });
  const { inner: runtime } = manifest.python;
  const inner = runtime === null ? null : await read({ dir, manifest, runtime });
  return { kind: 'python', bundle: { dir, manifest, name }, inner };
}

/** Reads it at once, in this thread; the code of the formats is loaded by those who read a file. */
export async function readMaterial({ dir, manifest, runtime }: ReadingRequest): Promise<CompiledMaterial> {
  if (manifest.graph) {
    const graph = graphPath(dir);
    const { signature, file: name } = manifest;
    if (isIsolated(manifest))
      return {
        ...{ kind: 'isolated', graph, signature, name, bundle: dir },
        isParallel: manifest.graphMemory?.kind === 'unbounded' && manifest.graphMemory.isParallel,
      };
    return graphMaterial(
      graph,
      { signature, memory: required(manifest.graphMemory, 'manifest.graphMemory') },
      name,
    );
  }
  const { readModelFile } = await import('../files/read-model.ts');
  const { content } = readModelFile(originalPath(dir, manifest), {
    maxModel: manifest.maxModel ?? undefined,
    ...choicesOf(manifest),
  });
  if (!content)
    throw new PlimsollError('INTERNAL', { action: 'loading a bundle', reason: 'its file compiles no more' });
  return materialOf(content, runtime);
}
