import { type DocumentObject, type DocumentValue, isItems, isObject } from '../json/document.ts';
import { pythonOfCode } from './python-code.ts';

/** What Keras itself needs to run a file, beside its own release. */
export interface KerasDemands {
  /** Backend that the file was written with, or that its layers need; null where it may be any. */
  readonly backend: string | null;
  /** Minor version of Python whose code the file holds; null where it holds none. */
  readonly python: string | null;
}

/** Layers over texts, which compute with TensorFlow whatever the backend is (keras/src/layers/preprocessing). */
const OF_TEXTS = new Set(['StringLookup', 'TextVectorization', 'Hashing', 'HashedCrossing']);

/** Looks through a configuration, whose depth the reader of JSON has bounded. */
export function demandsOf(config: DocumentValue, written: string | null): KerasDemands {
  let [backend, python] = [written, null as string | null];
  const look = (value: DocumentValue): void => {
    if (isItems(value)) value.forEach(look);
    if (!isObject(value)) return;
    const className = value.fields.get('class_name');
    if (typeof className === 'string' && OF_TEXTS.has(className)) backend = 'tensorflow';
    if (className === 'Lambda' || className === '__lambda__') python ??= pythonOf(value);
    for (const item of value.fields.values()) look(item);
  };
  look(config);
  return { backend, python };
}

/** Keras 3 keeps code under `code`, Keras 2 as the first of three. */
function pythonOf({ fields }: DocumentObject): string | null {
  const config = fields.get('config');
  if (!isObject(config)) return null;
  const code = config.fields.get('code');
  const held = config.fields.get('function');
  const text = typeof code === 'string' ? code : isItems(held) ? held[0] : null;
  return typeof text === 'string' ? pythonOfCode(text) : null;
}
