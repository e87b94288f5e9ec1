import type { CompileBlocker } from './blocker.ts';
import type { FileGoldenRows } from './file-golden-rows.ts';
import type { GraphBytes } from './graph-bytes.ts';
import type { GraphMemory } from './graph-memory.ts';
import type { Signature } from './signature.ts';
import type { ModelStep } from './step.ts';

/** Framework that wrote the file, as the file says. */
export interface SourceFramework {
  readonly name: string;
  readonly version: string | null;
  /** Backend of Keras that the file was written with, or that its layers need; absent where it may be any. */
  readonly backend?: string | undefined;
  /** Minor version of Python whose code the file holds, which no other one runs; absent of most. */
  readonly python?: string | undefined;
}

/** Node of the estimator tree that `inspect` prints. */
export interface OutlineNode {
  readonly path: string;
  readonly class: string;
  readonly offset: number;
  /** Constructor parameters worth showing, already rendered. */
  readonly params: Readonly<Record<string, string>>;
  readonly children: readonly OutlineNode[];
}

/** Anything a reader wants people to know: a risk, a version skew, something dropped. */
export interface ReadNote {
  readonly level: 'info' | 'warning' | 'risk';
  readonly text: string;
}

/** A global that the file names (never resolved), with the offset of the opcode that names it. */
export interface NamedGlobal {
  readonly module: string;
  readonly name: string;
  readonly offset: number;
  /** How the reader understands it. `unknown` is opaque; `dangerous` is a known code-execution gadget. */
  readonly meaning: 'known' | 'unknown' | 'dangerous';
  /** Where the file says that Python is to call it while loading, and not only to name it: `__reduce__`. */
  readonly called?: true;
}

/** Field of a blocker that says which model of a file is meant: its `wanted` is what to do, as a sentence. */
export const WHICH_MODEL = 'the model that is meant';

/** What one model was made of, where its file or folder holds several things. */
export interface JoinedParts {
  /** Names of the members that answer or name something, by which `--member` asks for the same again. */
  readonly members: readonly string[];
  /** The one of them that answers. */
  readonly lead: string;
  /** What was made of them, in sentences. */
  readonly said: string;
}

/** What a reader makes of a file. `blockers` is empty exactly where `content` is not null. */
export interface ModelDescription {
  /** Id of the format that read it: `pickle`, `joblib`, `onnx`. */
  readonly format: string;
  readonly framework: SourceFramework;
  /** Compression of the file, or null. */
  readonly compression: string | null;
  readonly outline: OutlineNode | null;
  readonly globals: readonly NamedGlobal[];
  readonly notes: readonly ReadNote[];
  readonly blockers: readonly CompileBlocker[];
  readonly content: ModelContent | null;
  /** Absent of a file that is one model. */
  readonly joined?: JoinedParts | undefined;
}

export type ModelContent =
  /** Steps with a native evaluator, a compiler, or both. */
  | {
      readonly kind: 'steps';
      readonly root: ModelStep;
      readonly signature: Signature;
      /** Rows with their answers that the file brings; absent of most. */
      readonly goldenRows?: FileGoldenRows;
    }
  /** A ready graph (linted ONNX, external data put in). */
  | {
      readonly kind: 'graph';
      readonly onnx: GraphBytes;
      readonly signature: Signature;
      readonly memory: GraphMemory;
    };
