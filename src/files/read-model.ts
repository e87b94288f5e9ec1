import { statSync } from 'node:fs';
import type { ModelDescription } from '../model/description.ts';
import type { ReadingChoices } from '../model/reading-choices.ts';
import { totalMemory } from '../process/available-memory.ts';
import { describeFile, type ReadingPlace, readContext } from '../reading/describe-file.ts';
import { checkModelSize } from '../reading/model-size.ts';
import { CODECS } from './codecs.ts';
import { openFile } from './file-source.ts';
import { withIterations } from './first-iterations.ts';
import { withMissing } from './missing-number.ts';
import type { MemoryOptions } from './model-size.ts';
import { networkPartsOf } from './network-files.ts';
import { partFilesIn } from './part-files.ts';
import { withPreprocessor } from './preprocessor.ts';
import { preprocessorBeside } from './preprocessor-file.ts';
import { readNetwork } from './read-network.ts';
import { type ReadModel, readParts } from './read-parts.ts';
import { withStatedColumns } from './stated-columns.ts';

/** With a `maxModel`, the other limits on sizes and time grow as well. */
export interface ReadOptions extends ReadingChoices, MemoryOptions {
  /** Whether trees keep their covers, for explanations. */
  readonly covers?: boolean | undefined;
  /** Hears now and then how far the reading has come, from 0 to 1; null where the file does not tell. */
  readonly onRead?: ((share: number | null) => void) | undefined;
}

function placeOf({
  maxModel,
  member,
  iterations,
  modelClass,
  covers = false,
  onRead,
  memory = totalMemory(),
}: ReadOptions): ReadingPlace {
  return {
    ...{ member: member ?? null, iterations: iterations ?? null, modelClass: modelClass ?? null, covers },
    ...{ maxModel, memory, onRead, codecs: CODECS, now: computedMillis },
  };
}

/** Milliseconds that this thread has computed. */
function computedMillis(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/**
 * Reads a model file as data, or a folder of files that are parts of one model: nothing in it is imported, called or executed.
 * Errors: FILE_NOT_FOUND, FILE_UNREADABLE, FORMAT_UNKNOWN, READ_*, MODEL_TOO_LARGE and other MODEL_*, MISSING_UNFIT, ITERATIONS_UNFIT; SAVED_INVALID
 * of a folder.
 */
export function readModelFile(path: string, options: ReadOptions = {}): ReadModel {
  if (isFolder(path)) {
    const files = partFilesIn(path);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const place = placeOf(options);
    checkModelSize({ name: path, size }, place);
    // Of several files the bytes of one tell nothing of the whole.
    const told = options.onRead && (() => options.onRead?.(null));
    const context = readContext(size, { ...place, onRead: told });
    const network = networkPartsOf(path, files, options.member ?? null);
    const model =
      network === null
        ? readParts(path, files, context)
        : readNetwork(path, network, { ...context, member: null });
    return { ...model, ...chosen(model, options) };
  }
  const source = openFile(path);
  const read = describeFile(source, placeOf(options));
  const preprocessor = options.preprocessor ?? preprocessorFor(read, path);
  return { ...chosen(read, { ...options, preprocessor }), file: path, sideFiles: source.sideFiles };
}

/** What lies beside a model of tensors. */
const preprocessorFor = ({ content }: ModelDescription, path: string): ReadOptions['preprocessor'] =>
  content?.signature.form === 'tensors' ? preprocessorBeside(path) : undefined;

function chosen(read: ModelDescription, options: ReadOptions): ModelDescription {
  const { missing, iterations, columns, preprocessor } = options;
  const declared = preprocessor === undefined ? read : withPreprocessor(read, preprocessor);
  const named = columns === undefined ? declared : withStatedColumns(declared, columns);
  const told = missing === undefined ? named : withMissing(named, missing);
  return iterations === undefined ? told : withIterations(told, iterations);
}

/** Of what the system does not tell of, opening it says why. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
