import { join } from 'node:path';
import { isPlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { ReadNote } from '../../model/description.ts';
import { isBelow, isFile } from './folder.ts';
import { smallText } from './small-text.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Characters of a name or id that is shown. */
const SHOWN = /^[\w .:/-]{1,80}$/;
const shown = (value: unknown): string | null =>
  typeof value === 'string' && SHOWN.test(value) ? value : null;

/** Where the model comes from, as an `MLmodel` says. Pure. */
export function mlflowOrigin(document: JsonObject): string {
  const version = shown(document['mlflow_version']);
  const ids = ['model_uuid', 'model_id', 'run_id'].flatMap((name) => {
    const id = shown(document[name]);
    return id === null ? [] : [`${name} ${id}`];
  });
  return `Saved by MLflow${version === null ? '' : ` ${version}`}${ids.length === 0 ? '' : ` (${ids.join(', ')})`}`;
}

/** What MLflow would answer otherwise than a server here does. Pure. */
export function mlflowNotes(document: JsonObject): readonly ReadNote[] {
  const flavors = isRecord(document['flavors']) ? document['flavors'] : {};
  const pyfunc = isRecord(flavors['python_function']) ? flavors['python_function'] : {};
  const method = shown(pyfunc['predict_fn']);
  if (method === null || method === 'predict') return [];
  const text = `MLflow answers with ${method}; here every output has its name, and "predict" is what predict gives`;
  return [{ level: 'warning', text }];
}

/**
 * The input example of a folder as a /predict body: `serving_input_example.json` is one as it is; the older
 * `input_example.json` holds a frame in the form split, or what `numpy.ndarray.tolist` gives. Null where there is none.
 */
export function exampleBody(folder: string, document: JsonObject): unknown {
  const info = isRecord(document['saved_input_example_info']) ? document['saved_input_example_info'] : {};
  const serving = jsonAt(folder, info['serving_input_path']);
  if (serving !== null) return serving;
  const example = jsonAt(folder, info['artifact_path']);
  if (example === null) return null;
  if (info['type'] === 'dataframe' && info['pandas_orient'] === 'split') return { dataframe_split: example };
  return info['type'] === 'ndarray' && Array.isArray(example) ? { instances: example } : null;
}

/** An example is of no use that is missing or no JSON; the model may still be served. */
function jsonAt(folder: string, name: unknown): unknown {
  if (typeof name !== 'string' || !isBelow(name) || !isFile(join(folder, name))) return null;
  try {
    return JSON.parse(smallText(join(folder, name)));
  } catch (error) {
    if (error instanceof SyntaxError || isPlimsollError(error)) return null;
    throw error;
  }
}
