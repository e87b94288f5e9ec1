import { PlimsollError } from '../core/errors.ts';
import { catboostJsonFormat, cbmFormat } from '../formats/catboost/format.ts';
import type { ByteSource, FileFormatReader, ReadContext } from '../formats/format.ts';
import { isObjectFile } from '../formats/joblib/detect.ts';
import { readObjectFile } from '../formats/joblib/read.ts';
import { kerasFormat, kerasHdf5Format } from '../formats/keras/format.ts';
import { lightgbmFormat } from '../formats/lightgbm/format.ts';
import type { ObjectFile } from '../formats/object-file.ts';
import { onnxFormat } from '../formats/onnx/format.ts';
import { pmmlFormat } from '../formats/pmml/format.ts';
import { describeSklearn } from '../formats/sklearn/describe.ts';
import { isSkopsFile, readSkopsFile } from '../formats/skops/read.ts';
import { frozenGraphFormat, savedModelFormat } from '../formats/tensorflow/format.ts';
import { legacyTorchFormat, torchFormat } from '../formats/torch/format.ts';
import { safetensorsFormat } from '../formats/torch/safetensors.ts';
import { shardedWeightsFormat } from '../formats/torch/states/index-format.ts';
import { xgboostBinaryFormat, xgboostJsonFormat, xgboostUbjFormat } from '../formats/xgboost/format.ts';
import { sentenceCase } from '../text/sentence-case.ts';
import { GUESS_BYTES, guessFormat } from './unread-format.ts';

/** Bytes that a format may look at to recognise a file. */
const HEAD = 512;

const objectFormat: FileFormatReader = {
  id: 'pickle',
  match: isObjectFile,
  read: (source, context) => describeSklearn(readObjectFile(source, context), context.member),
};

const skopsFormat: FileFormatReader = {
  id: 'skops',
  match: isSkopsFile,
  read: (source, context) => describeSklearn(readSkopsFile(source, context), context.member),
};

/** Every format, in the order in which they are asked. */
const FORMATS: readonly FileFormatReader[] = [
  lightgbmFormat,
  xgboostJsonFormat,
  xgboostUbjFormat,
  xgboostBinaryFormat,
  legacyTorchFormat,
  objectFormat,
  skopsFormat,
  torchFormat,
  safetensorsFormat,
  shardedWeightsFormat,
  cbmFormat,
  catboostJsonFormat,
  kerasFormat,
  kerasHdf5Format,
  onnxFormat,
  savedModelFormat,
  pmmlFormat,
  frozenGraphFormat,
];

const READERS_OF_OBJECTS: ReadonlyMap<
  FileFormatReader,
  (source: ByteSource, context: ReadContext) => ObjectFile
> = new Map([
  [objectFormat, readObjectFile],
  [skopsFormat, readSkopsFile],
]);

/** What reads the objects in files of a format; null of formats whose files are one model. */
export const objectsReaderOf = (format: FileFormatReader) => READERS_OF_OBJECTS.get(format) ?? null;

/** The format of a file by its first bytes, never by its name. Errors: FORMAT_UNKNOWN. */
export function detectFormat(source: ByteSource): FileFormatReader {
  const head = source.slice(0, Math.min(HEAD, source.size));
  const format = FORMATS.find((candidate) => candidate.match(head));
  if (format !== undefined) return format;
  throw unknownFormat(source);
}

const KNOWN =
  'pickle, joblib, skops, ONNX, LightGBM text, CatBoost, XGBoost, PMML, torch, safetensors, Keras, SavedModel';
const IN_PYTHON = 'if you trust who wrote it, Python may run it: --runtime python --trust';

function unknownFormat(source: ByteSource): PlimsollError {
  const head = source.slice(0, Math.min(GUESS_BYTES, source.size));
  const guess = guessFormat(head);
  const found = guess === null ? `its first bytes ${hex(head)} match no known format` : `it is ${guess.what}`;
  const ways = [
    ...(guess === null ? [`Known formats: ${KNOWN}`] : [sentenceCase(guess.way)]),
    ...(guess?.distribution === null ? [] : [IN_PYTHON]),
    '`plimsoll doctor FILE` says more',
  ];
  return new PlimsollError('FORMAT_UNKNOWN', { path: source.name, found, way: ways.join('; ') });
}

/** The first bytes as hexadecimal, for the message about an unknown file. */
const hex = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
