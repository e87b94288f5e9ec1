import { randomUUID } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import { choicesOf, type ReadingChoices } from '../model/reading-choices.ts';
import { runChildJob } from '../process/child-job.ts';
import type { PythonDemands } from '../python/demands.ts';
import { bundleDir, isIntact, readManifest, stagingDir } from './bundle.ts';
import type { FileFacts } from './file-facts.ts';
import { filesToKeep, type IdentifiedModel, identify, runsWith } from './identify.ts';
import type { LoadingCost } from './loading.ts';
import { checkProofMemory, proofLimits } from './proof-limits.ts';
import { folderBytes } from './python/folder.ts';
import type { RuntimeRoute } from './python/runtime-route.ts';
import { SAVED_MODEL } from './python/source.ts';
import { areKeptReasons } from './reasons.ts';
import type { AcceptedVersion, BundleManifest, Runtime, VersionVerification } from './version.ts';

export interface AdmitOptions extends ReadingChoices {
  readonly dataDir: string;
  readonly name: string;
  /** Number in its model, for a file that a catalog counts. @default {1} */
  readonly version?: number | undefined;
  /** Runtime that the user demands; otherwise the one it was accepted with before, or the fastest that is proved. */
  readonly runtime?: Runtime | undefined;
  /** What is said about running it with Python, and by whom. */
  readonly python?: (PythonDemands & { readonly by: string }) | undefined;
  /** Path of a golden file; kept in the bundle, and replayed whenever the file is proved again. */
  readonly golden?: string | undefined;
  /** Proves it again although there is a bundle: what was refused may have been wronged by an older program. */
  readonly afresh?: boolean | undefined;
  /** Reads rows that the model will be given, as a /predict body, where it has to be proved: they show what rows are like. */
  readonly sample?: (() => Promise<unknown>) | undefined;
  /** Path of a file with the data that the model was trained on; kept in the bundle. */
  readonly reference?: string | undefined;
  /** Path of a file with rows that explanations are made against; a sample is kept in the bundle. */
  readonly background?: string | undefined;
  /** Path of a file with what is said of the columns in explanations; kept in the manifest. */
  readonly reasons?: string | undefined;
  /** Largest model file to read, in bytes, where it is trusted; kept in the manifest for later loads. */
  readonly maxModel?: number | undefined;
  readonly timeoutMillis?: number | undefined;
  readonly onProgress?: ((stage: string) => void) | undefined;
  /** Told what names the bundle once the file was read, before it is proved; what it throws ends the acceptance. */
  readonly onIdentified?: ((digest: string) => void | Promise<void>) | undefined;
  /** Told what is found on the way, as it is found. */
  readonly onFinding?: ((finding: ProofFinding) => void) | undefined;
}

/** What is known of a file before its proof is over. */
export type ProofFinding =
  | { readonly kind: 'read'; readonly facts: FileFacts }
  | { readonly kind: 'verified'; readonly verification: VersionVerification };

/** What the child is asked for. */
export interface AcceptRequest {
  /** File that may be read as data; the source where there is none. */
  readonly path: string;
  /** sha256 of the file alone. */
  readonly digest: string;
  /** File or folder, as it was given. */
  readonly source: string;
  readonly route: RuntimeRoute;
  readonly python: (PythonDemands & { readonly by: string }) | null;
  readonly dataDir: string;
  /** Folder in which the bundle is put together; whoever asks removes what is left of it. */
  readonly staging: string;
  readonly runtime: Runtime | null;
  readonly golden: string | null;
  readonly afresh: boolean;
  /** null where there is none. */
  readonly sample: unknown;
  readonly reference: string | null;
  readonly background: string | null;
  readonly reasons: string | null;
  readonly maxModel: number | null;
  readonly choices: ReadingChoices;
  /** What wrote the folder that it came in. */
  readonly origin: string | null;
}
/** What it ends with: what names the bundle, and what loading it takes where that was little enough to tell in the same process. */
export interface AcceptanceResult {
  readonly digest: string;
  readonly loading: LoadingCost | null;
  /** What was found on the way that people should know. */
  readonly notes: readonly string[];
}
/** What it says on its way. */
export type AcceptNote =
  | { readonly kind: 'progress'; readonly stage: string }
  | { readonly kind: 'identified'; readonly digest: string }
  | { readonly kind: 'found'; readonly finding: ProofFinding };

/** How far it has come. */
export interface ProofEvents {
  progress(stage: string): void;
  /** What names the bundle, known once the file was read. */
  identified(digest: string): void;
  found(finding: ProofFinding): void;
}

export interface AdmittedVersion extends AcceptedVersion {
  /** What loading it takes; null where only a process of its own can tell. */
  readonly loading: LoadingCost | null;
  readonly notes: readonly string[];
}

/** Packages may have to be fetched and installed first. */
const PYTHON_TIMEOUT_MILLIS = 1_800_000;
/**
 * Takes a model file to its bundle, without loading it here. A digest accepted before has one; a new one is read,
 * proved and measured in a short-lived child first, so that a hostile file never runs on a serving loop. Golden rows
 * are replayed in any case.
 */
export async function admitFile(path: string, options: AdmitOptions): Promise<AdmittedVersion> {
  const { dataDir, runtime = null, python = null } = options;
  const identified = await identify(path, { runtime, python }, choicesOf(options));
  for (const digest of identified.digests) {
    const bundle = bundleDir(dataDir, digest);
    const { afresh } = options;
    const { background, reasons } = options;
    const demands = {
      runtime,
      afresh,
      background,
      reasons,
      ...filesToKeep(options, identified.source, bundle),
    };
    const known = await knownManifest(bundle, demands);
    // Of a file that has others beside it, only reading it tells which: they may have changed.
    if (!known || (known.python === undefined && known.sideFiles.length > 0)) continue;
    await options.onIdentified?.(digest);
    return admitted({ digest, loading: null, notes: [] }, known, options);
  }
  const acceptance = await admitInChild(path, identified, options);
  const manifest = readManifest(bundleDir(options.dataDir, acceptance.digest));
  if (!manifest)
    throw new PlimsollError('INTERNAL', { action: `accepting "${path}"`, reason: 'its bundle is gone' });
  return admitted(acceptance, manifest, options);
}

const admitted = (
  { digest, loading, notes }: AcceptanceResult,
  manifest: BundleManifest,
  options: AdmitOptions,
): AdmittedVersion => ({
  model: options.name,
  version: options.version ?? 1,
  bundle: bundleDir(options.dataDir, digest),
  manifest,
  loading,
  notes,
});

/** What one call asks for beyond the file. */
type Demands = {
  readonly [K in 'runtime' | 'golden' | 'reference' | 'background' | 'reasons' | 'afresh']?:
    | AdmitOptions[K]
    | null;
};

/** The manifest of an earlier acceptance that answers for this one: with the runtime asked for, nothing to replay or keep. */
export async function knownManifest(
  bundle: string,
  { runtime, golden, reference, background, reasons, afresh }: Demands,
): Promise<BundleManifest | null> {
  const known = readManifest(bundle);
  if (!known || afresh || golden || reference || background) return null;
  if (reasons && !(await areKeptReasons(reasons, known))) return null;
  if (runtime && !runsWith(known, runtime)) return null;
  return (await isIntact(bundle, known)) ? known : null;
}

/** Bytes of the file, of all parts in a folder, or of the folder that a SavedModel is. */
async function bytesOf(path: string): Promise<number> {
  if (basename(path) === SAVED_MODEL) return folderBytes(dirname(path));
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  const { partFilesIn } = await import('../files/part-files.ts');
  return partFilesIn(path).reduce((sum, { size }) => sum + size, 0);
}

function hear(note: AcceptNote, options: AdmitOptions): void | Promise<void> {
  switch (note.kind) {
    case 'progress':
      return options.onProgress?.(note.stage);
    case 'identified':
      return options.onIdentified?.(note.digest);
    case 'found':
      return options.onFinding?.(note.finding);
  }
}

async function admitInChild(
  path: string,
  { source, route, choices, file, digests }: IdentifiedModel,
  options: AdmitOptions,
): Promise<AcceptanceResult> {
  const { dataDir, runtime = null, maxModel = null, python = null, afresh = false } = options;
  const sample = (await options.sample?.()) ?? source.example;
  const digest = file ?? digests[0];
  const staging = stagingDir(dataDir, digest, randomUUID());
  const golden = options.golden ?? source.golden;
  const reference = options.reference ?? source.reference;
  const { background = null, reasons = null } = options;
  const demands = { runtime, golden, reference, background, reasons, maxModel, choices, route, python };
  const place = { path: source.data ?? path, digest, source: path, dataDir, staging };
  const request: AcceptRequest = { ...place, ...demands, sample, afresh, origin: source.origin };
  const name = basename(path);
  const size = await bytesOf(request.path);
  // Interpreters and installers are children of it, and have limits of their own.
  const { millis, heapMegabytes, memoryBytes } = proofLimits(size);
  if (route === 'data') checkProofMemory(name, size);
  const limit = options.timeoutMillis ?? (route === 'data' ? millis : PYTHON_TIMEOUT_MILLIS);
  try {
    return await runChildJob<AcceptanceResult, AcceptNote>({
      entry: new URL('./accept.child.ts', import.meta.url),
      execArgv: [`--max-old-space-size=${heapMegabytes}`, '--expose-gc'],
      memoryBytes: route === 'data' ? memoryBytes : null,
      request,
      limitMillis: limit,
      late: () => new PlimsollError('ACCEPT_TIMEOUT', { path: name, limit }),
      ended: (reason) => new PlimsollError('ACCEPT_CRASHED', { path: name, reason }),
      hear: (note) => hear(note, options),
    });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}
