import { compileModel } from '../../compile/compile.ts';
import { isPlimsollError } from '../../core/errors.ts';
import type { Random } from '../../core/ports.ts';
import { randomIndex, seededRandom } from '../../core/random.ts';
import { createNativeEngine } from '../../engine/native/engine.ts';
import type { ByteSource, ReadContext } from '../../formats/format.ts';
import { DEFAULT_LIMITS } from '../../formats/limits.ts';
import type { Batch } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import { detectFormat } from '../../reading/formats.ts';
import { CODECS } from '../codecs.ts';

/** For tests: files with something changed in them, and what comes of reading and using them. */

const sourceOf = (bytes: Uint8Array): ByteSource => ({
  name: 'model',
  size: bytes.length,
  slice: (start, end) => bytes.subarray(start, end),
  sibling: () => null,
});

/** Numbers that lie about something. */
const LIES = [
  '-1',
  '0',
  '1',
  '2147483648',
  '4294967295',
  '4294967296',
  '1e308',
  'nan',
  'inf',
  '-',
  '0.5',
  '9'.repeat(400),
];

type Mutate = (bytes: Buffer, random: Random) => Buffer;

const between = (bytes: Buffer, random: Random): number => randomIndex(random, bytes.length);
const spliced = (bytes: Buffer, from: number, to: number, middle: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);

/** Where the number around `at` begins and ends. */
function numberAt(bytes: Buffer, at: number): readonly [number, number] {
  const isDigit = (place: number): boolean => /[\d.e+-]/.test(String.fromCharCode(bytes[place] ?? 0));
  let from = at;
  while (from < bytes.length && !isDigit(from)) from += 1;
  let to = from;
  while (to < bytes.length && isDigit(to)) to += 1;
  return [from, to];
}

function lineAt(bytes: Buffer, at: number): readonly [number, number] {
  const from = bytes.lastIndexOf(10, at) + 1;
  const end = bytes.indexOf(10, at);
  return [from, end < 0 ? bytes.length : end + 1];
}

/** Bytes, numbers, lines, pieces: changed, moved, copied or cut away. */
const WAYS: readonly Mutate[] = [
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    changed[between(bytes, random)] = randomIndex(random, 256);
    return changed;
  },
  (bytes, random) => {
    const [from, to] = numberAt(bytes, between(bytes, random));
    return spliced(bytes, from, to, Buffer.from(LIES[randomIndex(random, LIES.length)] ?? ''));
  },
  (bytes, random) => {
    const [from, to] = lineAt(bytes, between(bytes, random));
    return spliced(bytes, from, to, new Uint8Array(0));
  },
  (bytes, random) => {
    const [from, to] = lineAt(bytes, between(bytes, random));
    const at = lineAt(bytes, between(bytes, random))[0];
    return spliced(bytes, at, at, bytes.subarray(from, to));
  },
  (bytes, random) => bytes.subarray(0, between(bytes, random)),
  (bytes, random) => {
    const from = between(bytes, random);
    return spliced(bytes, from, from + randomIndex(random, 40), new Uint8Array(0));
  },
];

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
export async function tryModel(bytes: Uint8Array): Promise<string> {
  const context: ReadContext = { limits: DEFAULT_LIMITS, codecs: CODECS, now: () => performance.now() };
  try {
    const source = sourceOf(bytes);
    const { content } = detectFormat(source).read(source, context);
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

/** The change of that seed. */
export function mutatedFile(bytes: Buffer, seed: number): Buffer {
  const way = WAYS[seed % WAYS.length];
  return way === undefined ? bytes : way(bytes, seededRandom(seed));
}

/** What a changed file may come to: it is read, or refused with a code that says why. */
export const MUTATION_OUTCOME = /^(?:READ_|MODEL_|FORMAT_|INPUT_|COMPILE_)/;
