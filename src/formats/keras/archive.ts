import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { stepUnsupported } from '../failure.ts';
import type { ReadContext } from '../format.ts';
import { openHdf5 } from '../hdf5/file.ts';
import { isObject } from '../json/document.ts';
import { readJson } from '../json/read.ts';
import { ZipArchive } from '../zip/archive.ts';
import { readDescription } from './architecture.ts';
import { demandsOf } from './demands.ts';
import type { KerasFile } from './keras-file.ts';
import type { LayerWeights } from './layer.ts';
import { StoredWeights } from './weights.ts';

const METADATA = 'metadata.json';
const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';
const LOCAL_HEADER = 30;
const ARRAYS = 'model.weights.npz';
const FIRST_FILES = new Set([METADATA, CONFIG, WEIGHTS, ARRAYS]);

/** Whether the first bytes are those of a zip archive whose first file is one that Keras writes. */
export function isKerasArchive(head: Uint8Array): boolean {
  if (![0x50, 0x4b, 3, 4].every((byte, i) => head[i] === byte)) return false;
  const length = (head[26] ?? 0) + 256 * (head[27] ?? 0);
  return FIRST_FILES.has(
    String.fromCharCode(...head.subarray(LOCAL_HEADER, LOCAL_HEADER + Math.min(length, 64))),
  );
}

/** Opens a `.keras` archive (keras/src/saving/saving_lib.py) as data. */
export function openArchive(bytes: Uint8Array, context: ReadContext, budget: ReadBudget): KerasFile {
  const archive = new ZipArchive(bytes, context.codecs, budget);
  const document = (name: string) =>
    readJson(archive.read(name), `${name} of a Keras archive`, budget, { dialect: 'loose' });
  const metadata = archive.has(METADATA) ? document(METADATA) : null;
  const version =
    isObject(metadata ?? undefined) && isObject(metadata) ? metadata.fields.get('keras_version') : null;
  return {
    version: typeof version === 'string' ? version : null,
    architecture: () => readDescription(document(CONFIG), { path: '', depth: 0 }),
    demands: () => demandsOf(document(CONFIG), null),
    weights: () => openWeights(archive, context, budget),
    asset: (path) => (archive.has(`assets/${path}`) ? archive.read(`assets/${path}`) : null),
  };
}

function openWeights(archive: ZipArchive, context: ReadContext, budget: ReadBudget): LayerWeights {
  if (archive.has(WEIGHTS)) return new StoredWeights(openHdf5(archive.read(WEIGHTS), context.codecs, budget));
  if (archive.has(ARRAYS))
    throw stepUnsupported(
      { path: '', class: 'a Keras archive', offset: 0 },
      'the weights',
      `in ${ARRAYS}, as pickled dictionaries`,
      `weights in ${WEIGHTS} are`,
    );
  throw new PlimsollError('READ_CORRUPT', {
    what: 'a Keras archive',
    offset: 0,
    found: `the files ${[...archive.names].slice(0, 8).join(', ')}`,
    wanted: `${WEIGHTS} among them`,
  });
}
