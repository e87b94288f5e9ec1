import type { Engine } from '../engine/engine.ts';
import type { ReasonTemplates } from '../explain/reasons/reason-templates.ts';
import type { SourceFramework } from '../model/description.ts';
import type { GraphMemory } from '../model/graph-memory.ts';
import type { ReadingChoices } from '../model/reading-choices.ts';
import type { Signature } from '../model/signature.ts';
import type { PythonManifest } from './python/manifest.ts';

/** What made a version ready. */
export type VersionProof =
  /** Expected outputs given by the user were replayed. */
  | 'golden'
  /** Two independent engines agreed on boundary rows. */
  | 'engines-agree'
  /** One engine only and no golden rows: shown wherever the version is. */
  | 'single-engine';

export type Runtime = 'native' | 'onnx' | 'python';

/** Outcome of comparing two engines, or an engine with golden rows. */
export interface VersionVerification {
  readonly proof: VersionProof;
  /** Set where the golden rows are those that the file itself brings. */
  readonly goldenOf?: 'file' | undefined;
  readonly rows: number;
  /** Seed of the sampled boundary rows. */
  readonly seed: number;
  readonly cells: number;
  readonly differingBits: number;
  readonly worst: {
    readonly output: string;
    readonly row: number;
    readonly column: number;
    readonly left: number | string;
    readonly right: number | string;
    /** |left - right| / |right|, or 1 for labels. */
    readonly relative: number;
  } | null;
}

/** What a manifest says of the background in its bundle. */
export interface BackgroundSample {
  /** sha256 of the rows as they are kept, hex. */
  readonly digest: string;
  readonly rows: number;
  /** Whether they were given for explanations, or taken from the reference data. */
  readonly of: 'background' | 'reference';
}

/** `plimsoll.json` of a bundle: everything about a version that loading does not recompute. */
export interface BundleManifest extends ReadingChoices {
  readonly schema: 1;
  /** Generation of the readers, compilers and engines that accepted the file. */
  readonly converter: number;
  /** sha256 of the original file alone, hex; `identityOf` it and the side files names the bundle. */
  readonly digest: string;
  /** Its name, under `original/` in the bundle. */
  readonly file: string;
  /** Files beside it that it was read from: arrays of old joblib files, external data of ONNX graphs. */
  readonly sideFiles: readonly { readonly name: string; readonly digest: string }[];
  readonly size: number;
  /** Largest file size that was allowed when it was accepted, or null for the default. */
  readonly maxModel: number | null;
  readonly format: string;
  readonly compression: string | null;
  readonly framework: SourceFramework;
  readonly signature: Signature;
  readonly runtime: Runtime;
  /** Whether `model.onnx` alone answers: the original need not be read again. */
  readonly graph: boolean;
  /** Where it is a graph, what bounds the memory of running it; bundles of before say nothing, and nothing is known. */
  readonly graphMemory?: GraphMemory | undefined;
  /** Measured cost of one row through `runtime`, in microseconds. */
  readonly rowMicros: number;
  readonly verification: VersionVerification;
  /** Name of the golden rows in the bundle, where there are any. */
  readonly golden?: string | undefined;
  /** Name of the reference data in the bundle, where there are any. */
  readonly reference?: string | undefined;
  /** Rows that explanations are made against, where there are any. */
  readonly background?: BackgroundSample | undefined;
  /** What is said of its columns where its answers are explained, where that was declared. */
  readonly reasons?: ReasonTemplates | undefined;
  /** Whether the files under `original/` are parts of one model, which `member` names in order. */
  readonly parts?: true | undefined;
  /** What the model was made of, where its file or folder holds several things, in sentences. */
  readonly joined?: string | undefined;
  /** What wrote the folder that it came in, and by which ids it knows the model: MLflow's `model_uuid` and run. */
  readonly origin?: string | undefined;
  /** Where it runs with Python, or a script goes around it. */
  readonly python?: PythonManifest | undefined;
  /** A real row that the model accepts, as a JSON row (object by column name, list, or bare value). */
  readonly example: unknown;
}

/** Whether it is a graph of others that runs in processes of its own: nothing proves that its memory is bounded. */
export const isIsolated = ({ graph, graphMemory }: Pick<BundleManifest, 'graph' | 'graphMemory'>): boolean =>
  graph && graphMemory?.kind !== 'bounded';

/** A version that has been proved. */
export interface AcceptedVersion {
  readonly model: string;
  readonly version: number;
  readonly manifest: BundleManifest;
  /** Folder from which `loadBundle` gives the same engine again, in this process or a worker. */
  readonly bundle: string;
}

/** A version ready to answer. */
export interface LoadedVersion extends AcceptedVersion {
  readonly engine: Engine;
  /** Milliseconds that it took to load and warm it up, where that was measured. */
  readonly loadMillis?: number | undefined;
  /** What its graph runs on, by the name of an execution provider. @default cpu */
  readonly device?: string | undefined;
}

/** The manifest of a version that runs with Python. */
export type PythonVersion = BundleManifest & { readonly python: PythonManifest };

export const runsWithPython = (manifest: BundleManifest): manifest is PythonVersion =>
  manifest.python !== undefined;
