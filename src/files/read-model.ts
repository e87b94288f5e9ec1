import { PlimsollError } from '../core/errors.ts';
import { catboostJsonFormat, cbmFormat } from '../formats/catboost/format.ts';
import type { ByteSource, FileFormatReader, ReadContext } from '../formats/format.ts';
import { isObjectFile } from '../formats/joblib/detect.ts';
import { readObjectFile } from '../formats/joblib/read.ts';
import { kerasFormat, kerasHdf5Format } from '../formats/keras/format.ts';
import { lightgbmFormat } from '../formats/lightgbm/format.ts';
import { limitsForModel } from '../formats/limits.ts';
import { onnxFormat } from '../formats/onnx/format.ts';
import { pmmlFormat } from '../formats/pmml/format.ts';
import { describeSklearn } from '../formats/sklearn/describe.ts';
import { isSkopsFile, readSkopsFile } from '../formats/skops/read.ts';
import { torchFormat } from '../formats/torch/format.ts';
import { xgboostBinaryFormat, xgboostJsonFormat, xgboostUbjFormat } from '../formats/xgboost/format.ts';
import type { ModelDescription } from '../model/description.ts';
import type { ReadingChoices } from '../model/reading-choices.ts';
import { totalMemory } from '../process/available-memory.ts';
import { CODECS } from './codecs.ts';
import { openFile } from './file-source.ts';
import { withMissing } from './missing-number.ts';
import { checkModelSize, type MemoryOptions } from './model-size.ts';

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
  objectFormat,
  skopsFormat,
  torchFormat,
  cbmFormat,
  catboostJsonFormat,
  kerasFormat,
  kerasHdf5Format,
  onnxFormat,
  pmmlFormat,
];

/** With a `maxModel`, the other limits on sizes and time grow as well. */
export interface ReadOptions extends ReadingChoices, MemoryOptions {}

function readContext(size: number, { maxModel, member, memory = totalMemory() }: ReadOptions): ReadContext {
  return {
    member: member ?? null,
    limits: limitsForModel({ size, memory, maxModel }),
    codecs: CODECS,
    now: computedMillis,
  };
}

/** Milliseconds that this thread has computed. */
function computedMillis(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The first bytes as hexadecimal, for the message about an unknown file. */
const hex = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** The format of a file by its first bytes, never by its name. Errors: FORMAT_UNKNOWN. */
export function detectFormat(source: ByteSource): FileFormatReader {
  const head = source.slice(0, Math.min(HEAD, source.size));
  const format = FORMATS.find((candidate) => candidate.match(head));
  if (format !== undefined) return format;
  const known = 'pickle, joblib, skops, ONNX, LightGBM text, CatBoost, XGBoost, PMML, torch.export, Keras';
  throw new PlimsollError('FORMAT_UNKNOWN', {
    path: source.name,
    found: head.length === 0 ? '(none, it is empty)' : hex(head),
    known,
  });
}

/**
 * Reads a model file as data: nothing in it is imported, called or executed.
 * Errors: FILE_NOT_FOUND, FILE_UNREADABLE, FORMAT_UNKNOWN, READ_*, MODEL_TOO_LARGE and other MODEL_*, MISSING_UNFIT.
 */
export function readModelFile(path: string, options: ReadOptions = {}): ReadModel {
  const source = openFile(path);
  const format = detectFormat(source);
  // Files of weights beside a graph may be larger than the memory is: its reader has limits of its own.
  if (format !== onnxFormat) checkModelSize(source, options);
  const read = format.read(source, readContext(source.size, options));
  const { missing } = options;
  const description = missing === undefined ? read : withMissing(read, missing);
  return { ...description, sideFiles: source.sideFiles };
}

/** A description and the files beside the model that it was read from. */
export interface ReadModel extends ModelDescription {
  readonly sideFiles: readonly string[];
}
