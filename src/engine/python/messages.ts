import type { RawEnds } from '../../model/raw.ts';
import type { DType } from '../../model/tensor.ts';
import type { PythonPermission } from '../../python/demands.ts';

/**
 * What a Plimsoll process and a Python worker say to each other over the Unix socket that the worker inherits as file
 * descriptor 3. One message is one frame:
 *
 *     u32 LE   length of what follows, at most 256 MiB
 *     u32 LE   length of the header
 *     header   UTF-8 JSON: one of the messages below, with `buffers`: their lengths in bytes
 *     buffers  each at the next multiple of 8, counted from the start of the frame's body (after the first u32)
 *
 * Numbers are little-endian arrays; text is Arrow's layout of Utf8 (validity bitmap, LSB first, 1 = there; int32 offsets,
 * rows + 1 of them; the bytes), so that numpy and pyarrow read both without a copy. Nothing is pickled.
 * The other side is `python/plimsoll/worker/protocol.py`.
 */

/** How a version's code is called. */
export type PythonForm =
  /** A model alone, by its library's own methods. */
  | 'model'
  /** SageMaker: `model_fn`, `input_fn`, `predict_fn`, `output_fn`, `transform_fn`. */
  | 'functions'
  /** Vertex and KServe: a class with `load`, `preprocess`, `predict`, `postprocess`. */
  | 'class'
  /** MLflow's `python_function` flavour. */
  | 'pyfunc'
  /** A script around a compiled model: `preprocess`/`input_fn` before it, `postprocess`/`output_fn` after it. */
  | 'around';

/** How rows are given to the model. */
export interface CallSpec {
  readonly container: 'frame' | 'array' | 'list' | 'tensors';
  /** Type of an array, or of each column of a frame where it is not the default (`int64`, `float32`, `category["a","b"]`, `datetime64[ns]`, …). */
  readonly dtype?: string;
  readonly dtypes?: Readonly<Record<string, string>>;
}

/** All that a worker is told before it loads anything. Paths are absolute. */
export interface LoadMessage {
  readonly kind: 'load';
  readonly id: number;
  /** Folder that holds everything of the version; readable. */
  readonly root: string;
  /** Model file or folder, or null where the script loads what it needs. */
  readonly model: string | null;
  /** How the file was written (`joblib`, `pickle`, `torch`, `xgboost`, …), or null: the worker finds out. */
  readonly format: string | null;
  /** Folders that are put in front of `sys.path`. */
  readonly code: readonly string[];
  readonly script: string | null;
  readonly around: boolean;
  readonly call: CallSpec | null;
  /** Outputs to answer, in this order, or null for all that it has. */
  readonly outputs: readonly string[] | null;
  /** `site-packages` of its environment. */
  readonly packages: string;
  /** The only folder that it may write to; HOME and TMPDIR. */
  readonly scratch: string;
  readonly limits: WorkerLimits;
  readonly allow: readonly PythonPermission[];
  /** Backend of Keras (`KERAS_BACKEND`), or null: the worker chooses by what is there. */
  readonly backend: string | null;
}

export interface WorkerLimits {
  readonly memoryBytes: number;
  /** Largest file that it may write. */
  readonly fileBytes: number;
  /** What all files in its scratch folder may hold together. */
  readonly scratchBytes: number;
  readonly processes: number;
}

export type BatchHeader =
  /** One buffer: float64, row-major. */
  | {
      readonly form: 'matrix';
      readonly rows: number;
      readonly width: number;
      readonly names: readonly string[] | null;
    }
  /** A number column is one buffer of float64 (NaN: missing), a string column three (validity, offsets, bytes). */
  | {
      readonly form: 'table';
      readonly rows: number;
      readonly columns: readonly { readonly name: string; readonly type: 'number' | 'string' }[];
    }
  | { readonly form: 'tensors'; readonly rows: number; readonly tensors: readonly TensorHeader[] };

/** One buffer, or three for strings. */
export interface TensorHeader {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** An output, or the parts of one that is a list of matrices. */
export type OutputHeader =
  | TensorHeader
  | { readonly name: string; readonly parts: readonly Omit<TensorHeader, 'name'>[] };

export type ToPythonWorker =
  | LoadMessage
  | { readonly kind: 'infer'; readonly id: number; readonly batch: BatchHeader }
  /** Only of form `around`: rows as clients send them → rows as the model takes them. */
  | { readonly kind: 'before'; readonly id: number; readonly batch: BatchHeader }
  /** Only of form `around`: the model's outputs → the answers. */
  | {
      readonly kind: 'after';
      readonly id: number;
      readonly rows: number;
      readonly outputs: readonly OutputHeader[];
    }
  | RawToWorker;

/** Calls of code that reads bodies, or writes answers, itself (`described.raw`). */
export type RawToWorker =
  /** A body (one buffer), or rows where `contentType` is null → `written` where something is accepted, else `outputs`. */
  | {
      readonly kind: 'invoke';
      readonly id: number;
      readonly contentType: string | null;
      readonly batch: BatchHeader | null;
      readonly accept: string | null;
      readonly attributes: string | null;
    }
  /** Only of form `around`: a body (one buffer) → rows as the model takes them. */
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly contentType: string;
      readonly accept: string | null;
      readonly attributes: string | null;
    }
  /** Only of form `around`: the model's outputs → the answer. */
  | {
      readonly kind: 'write';
      readonly id: number;
      readonly outputs: readonly OutputHeader[];
      readonly contentType: string | null;
      readonly accept: string;
      readonly attributes: string | null;
    };

/** One layer of the sandbox: whether it holds, and by what; or what is missing. */
export interface SandboxLayer {
  readonly name: 'limits' | 'privileges' | 'files' | 'network' | 'system-calls';
  readonly active: boolean;
  /** "Landlock ABI 7", "network namespace", "the kernel has no Landlock". */
  readonly how: string;
}

/** What a loaded model says about itself; null where it does not know. */
export interface ModelDescriptionReply {
  readonly form: PythonForm;
  /** Class of the model, dotted, or null where the script hides it. */
  readonly class: string | null;
  readonly inputs:
    | {
        readonly form: 'table';
        readonly columns: readonly {
          readonly name: string;
          readonly named: boolean;
          readonly type: 'number' | 'string' | 'bool';
        }[];
      }
    | { readonly form: 'text' }
    | { readonly form: 'tensors'; readonly tensors: readonly TensorHeader[] }
    | null;
  readonly call: CallSpec | null;
  /** Names of the outputs that it can give. */
  readonly outputs: readonly string[] | null;
  readonly classes: readonly (string | number | boolean)[] | null;
  /** Whether bodies are read, and answers written, by its own code; absent or null where it has none. */
  readonly raw?: RawEnds | null;
}

export interface ReadyMessage {
  readonly kind: 'ready';
  readonly id: number;
  readonly python: string;
  readonly layers: readonly SandboxLayer[];
  /** Distributions that were imported, with their versions. */
  readonly distributions: Readonly<Record<string, string>>;
  readonly described: ModelDescriptionReply;
  readonly millis: number;
  readonly rss: number;
}

/** Where a Python exception comes from, and what it says. */
export interface PythonFailure {
  readonly kind: 'error';
  readonly id: number;
  /** `load`: while loading; `code`: the model's or script's own; `output`: the answer is nothing that can be sent; `rows`: it refuses the rows (only where the script says so, by `plimsoll.RowError` or a `ValueError` of `input_fn`/`preprocess`); `content-type`, `accept`: it does not read, or write, this form. */
  readonly stage: 'load' | 'code' | 'output' | 'rows' | 'content-type' | 'accept';
  /** `ModuleNotFoundError`. */
  readonly type: string;
  readonly message: string;
  /** Innermost line of the user's own code, else of a library; null where there is none. */
  readonly at: { readonly file: string; readonly line: number; readonly text: string } | null;
  /** Module that could not be imported, and what imports it (a pickled class, a file), where that was it. */
  readonly missing: { readonly module: string; readonly by: string } | null;
  readonly traceback: string;
  readonly rss: number;
  /** Layers of the sandbox in which loading failed; null of every other failure. */
  readonly layers?: readonly SandboxLayer[] | null;
}

export type FromPythonWorker =
  | ReadyMessage
  | {
      readonly kind: 'outputs';
      readonly id: number;
      readonly outputs: readonly OutputHeader[];
      readonly rss: number;
      readonly micros: number;
    }
  | {
      readonly kind: 'batch';
      readonly id: number;
      readonly batch: BatchHeader;
      readonly rss: number;
      readonly micros: number;
    }
  /** One buffer: the answer as it goes to the client. */
  | {
      readonly kind: 'written';
      readonly id: number;
      readonly contentType: string;
      readonly rss: number;
      readonly micros: number;
    }
  | PythonFailure;
