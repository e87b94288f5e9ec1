import type { KerasBackend } from '../../config/keras-backend.ts';
import type { CallSpec, PythonForm, SandboxLayer } from '../../engine/python/messages.ts';
import type { TrustRecord } from '../../python/demands.ts';

/**
 * What running a version with Python takes. Its bundle holds, below `original/`: the model file or folder, `code/`, the
 * script, and `requirements.lock`; the digest over what was given (all but the lock) names the bundle. Paths are relative to `original/`.
 */
export interface PythonManifest {
  readonly form: PythonForm;
  /** Null where the script loads what it needs. */
  readonly model: string | null;
  readonly format: string | null;
  /** Folders on `sys.path`. */
  readonly code: readonly string[];
  readonly script: string | null;
  readonly lock: string;
  /** Digest of the lock: names the environment. */
  readonly environment: string;
  /** Minor version that it is run with, and the one that it was proved with. */
  readonly python: string;
  readonly provedWith: string;
  readonly trust: TrustRecord;
  readonly call: CallSpec | null;
  /** Backend of Keras that was asked for; absent where the worker chooses by what is there. */
  readonly backend?: KerasBackend | undefined;
  /** Whether rows were seen to be answered alike alone and together: only then are requests put together. */
  readonly batches: boolean;
  /** Layers of the sandbox that held when it was proved. */
  readonly layers: readonly SandboxLayer[];
  /** Engine of the compiled model in the middle, where the form is `around`. */
  readonly inner: 'native' | 'onnx' | null;
  /** Resident memory of one worker once it is warm, in bytes. */
  readonly residentBytes: number;
}
