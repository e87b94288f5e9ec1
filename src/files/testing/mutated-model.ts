import { compileModel } from '../../compile/compile.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { seededRandom } from '../../core/random.ts';
import { createNativeEngine } from '../../engine/native/engine.ts';
import { ReadBudget } from '../../formats/budget.ts';
import type { ByteSource, ReadContext } from '../../formats/format.ts';
import { decompress, detectCompression } from '../../formats/joblib/compression.ts';
import { isObjectFile } from '../../formats/joblib/detect.ts';
import { readObjectFile } from '../../formats/joblib/read.ts';
import { DEFAULT_LIMITS } from '../../formats/limits.ts';
import { describeSklearn } from '../../formats/sklearn/describe.ts';
import type { Batch } from '../../model/batch.ts';
import type { ModelContent, ModelDescription } from '../../model/description.ts';
import { detectFormat } from '../../reading/formats.ts';
import { CODECS } from '../codecs.ts';
import { mutatedFile } from './mutated-bytes.ts';
import { mutateObjects } from './mutated-objects.ts';

/** For tests: files with something changed in them, and what comes of reading and using them. */

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  name: 'model',
  size: bytes.length,
  slice: (start, end) => bytes.subarray(start, end),
  sibling: () => null,
});

/** Rows of zeros, missing and huge numbers, as far as the columns hold numbers. */
function rowsFor({ signature }: Extract<ModelContent, { kind: 'steps' }>): Batch | null {
  if (signature.form === 'tensors' || signature.columns.some(({ type }) => type !== 'number')) return null;
  const width = signature.columns.length;
  const cells = [0, Number.NaN, 1e300, -1e300, 2.5];
  if (width > 1000) return null;
  const data = Float64Array.from(
    { length: width * cells.length },
    (_, i) => cells[Math.floor(i / width)] ?? 0,
  );
  return { kind: 'matrix', rows: cells.length, width, data };
}

/** Reads a file, answers rows and compiles it: the code of a refusal, or what was read. */
const tryModel = (bytes: Uint8Array): Promise<string> =>
  tryDescription((context) => {
    const source = sourceOf(bytes);
    return detectFormat(source).read(source, context);
  });

async function tryDescription(read: (context: ReadContext) => ModelDescription): Promise<string> {
  try {
    const { content } = read({ limits: DEFAULT_LIMITS, codecs: CODECS, now: () => performance.now() });
    if (content?.kind !== 'steps') return 'READ_NOTHING';
    const rows = rowsFor(content);
    if (rows !== null) await createNativeEngine(content).infer(rows);
    compileModel(content);
    return 'READ_WHOLE';
  } catch (error) {
    if (isPlimsollError(error)) return error.code;
    throw error;
  }
}

/**
 * What comes of a file with the change of that seed: of files of Python objects half of the changes are among the objects, where no
 * checksum of a compressor tells of them, a quarter among the unpacked bytes.
 */
export function tryMutation(bytes: Buffer, seed: number): Promise<string> {
  const isOfObjects = isObjectFile(bytes.subarray(0, HEAD));
  if (!isOfObjects || seed % 4 === 0) return tryModel(mutatedFile(bytes, seed));
  if (seed % 4 === 1) return tryModel(mutatedFile(unpacked(bytes), seed));
  return tryDescription((context) => {
    const file = readObjectFile(sourceOf(bytes), context);
    mutateObjects(file.root, seededRandom(seed));
    return describeSklearn(file, null);
  });
}

/** As `detectFormat` asks. */
const HEAD = 512;

function unpacked(bytes: Buffer): Buffer {
  const compression = detectCompression(bytes.subarray(0, 16));
  if (compression === null) return bytes;
  const budget = new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 });
  return Buffer.from(decompress(bytes, compression, CODECS, budget));
}

/** What a changed file may come to: it is read, or refused with a code that says why. */
export const MUTATION_OUTCOME = /^(?:READ_|MODEL_|FORMAT_|INPUT_|COMPILE_)/;
