import type { CallSpec } from '../../engine/python/messages.ts';
import { columnNames } from '../../model/column-names.ts';
import type { ReadNote } from '../../model/description.ts';
import type { ReadingChoices } from '../../model/reading-choices.ts';
import type { Signature } from '../../model/signature.ts';

/** Manifest of a folder that `plimsoll.save` writes. */
export const SAVED = 'plimsoll.json';
/** Manifest of a folder in MLflow's format (https://mlflow.org/docs/latest/ml/model/). */
export const MLMODEL = 'MLmodel';

/** What a FILE is, and everything that comes with it. Paths are those of this machine. */
export interface ModelSource {
  readonly kind: 'file' | 'parts' | 'saved' | 'mlflow' | 'saved-model' | 'script';
  /** As it was given. */
  readonly path: string;
  /** File that may be read as data, without Python, or the folder of its parts; null where only Python could. */
  readonly data: string | null;
  /** File or folder that Python loads; null where the script loads what it needs. */
  readonly model: string | null;
  /** How Python reads it, where the folder says so. */
  readonly format: string | null;
  /** Modules that came with it: files and folders, each importable by its own name. */
  readonly code: readonly string[];
  /** Folders below `model` that go on `sys.path`. */
  readonly modelCode: readonly string[];
  readonly script: string | null;
  readonly requirements: { readonly path: string; readonly text: string } | null;
  /** Version of Python that it was made with. */
  readonly python: string | null;
  readonly golden: string | null;
  readonly reference: string | null;
  readonly signature: Signature | null;
  readonly call: CallSpec | null;
  /** The library's class that the folder says its file is loaded with, where the file itself does not tell; else null. */
  readonly modelClass: string | null;
  /** A /predict body that it was tried with where it was made, or null. */
  readonly example: unknown;
  /** What wrote the folder and by which ids it knows the model, in a sentence; null where the folder does not say. */
  readonly origin: string | null;
  /** What the folder says that people should know. */
  readonly notes: readonly ReadNote[];
}

/** Nothing but a model. */
export const bareSource = (path: string): ModelSource => ({
  kind: 'file',
  path,
  data: path,
  model: path,
  format: null,
  code: [],
  modelCode: [],
  script: null,
  requirements: null,
  python: null,
  golden: null,
  reference: null,
  signature: null,
  call: null,
  modelClass: null,
  example: null,
  origin: null,
  notes: [],
});

/** What the folder says of its file: the names of columns in the signature of MLflow, by which its clients send rows, and its class. */
export function choicesIn({ kind, signature, modelClass }: ModelSource): ReadingChoices {
  const columns = kind === 'mlflow' && signature !== null ? columnNames(signature) : null;
  return {
    ...(columns === null ? {} : { columns }),
    ...(modelClass === null ? {} : { modelClass }),
  };
}
