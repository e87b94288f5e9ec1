import type { ByteCursor } from '../../bytes/cursor.ts';
import { FlatBuffer, type FlatTable } from '../../bytes/flatbuffer.ts';
import { PlimsollError } from '../../core/errors.ts';
import { CTR_TYPES } from '../../model/catboost.ts';
import type { ReadBudget } from '../budget.ts';
import type { CtrBase, FileProjection, FileTable } from './model-file.ts';

/** Fields of the tables of catboost/libs/model/flatbuffers/{ctr_data,features}.fbs, by their place. */
const BASE = { combination: 0, type: 1, classifier: 2 } as const;
const COMBINATION = { categories: 0, floats: 1, oneHots: 2 } as const;
const TABLE = { base: 0, hashes: 1, blob: 2, denominator: 3, classes: 4 } as const;

/** A bucket: the key u64, the number of its row u32 (catboost/libs/helpers/dense_hash_view.h). */
const BUCKET = 12;
/** What no key is: a bucket with it is empty. */
const EMPTY = 0xffff_ffff;
/** A row of means: a sum f32, a count i32 (TCtrMeanHistory). */
const MEAN = 8;

/** Whether the rows of a table of this type are sums and counts. */
export const hasMeans = ({ type }: CtrBase): boolean =>
  type === 'BinarizedTargetMeanValue' || type === 'FloatTargetMeanValue';

/** Whether a row is one count, whatever the number of classes. */
export const isCounter = ({ type }: CtrBase): boolean => type === 'Counter' || type === 'FeatureFreq';

/** Reads what names a CTR table. */
export function readBase(table: FlatTable | null, what: string): CtrBase {
  const combination = table?.table(BASE.combination, what) ?? null;
  const number = table?.i8(BASE.type, `the type of ${what}`) ?? 0;
  const type = CTR_TYPES[number];
  if (type === undefined)
    throw new PlimsollError('READ_CORRUPT', {
      what,
      offset: table?.at ?? 0,
      found: `CTR type ${number}`,
      wanted: `0 to ${CTR_TYPES.length - 1}`,
    });
  const classifier = table?.i32(BASE.classifier, what) ?? 0;
  return { projection: readProjection(combination, what), type, classifier };
}

function readProjection(table: FlatTable | null, what: string): FileProjection {
  if (table === null) return { categories: [], floats: [], oneHots: [] };
  const floats = wordsOf(table.raw(COMBINATION.floats, what, 8));
  const oneHots = wordsOf(table.raw(COMBINATION.oneHots, what, 8));
  return {
    categories: [...table.int32s(COMBINATION.categories, what)],
    floats: pairsOf(floats, (words, i) => ({ feature: words.i32(4 * i), border: words.f32(4 * i + 4) })),
    oneHots: pairsOf(oneHots, (words, i) => ({ feature: words.i32(4 * i), value: words.i32(4 * i + 4) })),
  };
}

interface Words {
  readonly length: number;
  i32(at: number): number;
  f32(at: number): number;
}

function wordsOf(bytes: Uint8Array): Words {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    length: bytes.length / 4,
    i32: (at) => view.getInt32(at, true),
    f32: (at) => view.getFloat32(at, true),
  };
}

const pairsOf = <T>(words: Words, pair: (words: Words, i: number) => T): readonly T[] =>
  Array.from({ length: words.length / 2 }, (_, i) => pair(words, 2 * i));

/**
 * The part `static_provider_v1` behind the core: a count, and for each table its size and a FlatBuffer
 * (catboost/libs/model/ctr_data.cpp).
 */
export function readTables(
  cursor: ByteCursor,
  budget: ReadBudget,
  charge: (bytes: number, at: number) => void,
) {
  const count = cursor.u32('the number of CTR tables');
  const tables: FileTable[] = [];
  for (let i = 0; i < count; i++) {
    const what = `CTR table ${i}`;
    budget.checkTime(what, cursor.offset);
    const bytes = cursor.take(cursor.u32(what), what);
    tables.push(readTable(new FlatBuffer(bytes, what, charge).root(), what));
  }
  return tables;
}

function readTable(table: FlatTable, what: string): FileTable {
  const base = readBase(table.table(TABLE.base, what), what);
  const stated = table.i32(TABLE.classes, `the classes of ${what}`);
  const classes = isCounter(base) || hasMeans(base) ? 1 : stated;
  const { keys, rows } = bucketsOf(table.raw(TABLE.hashes, `the hashes of ${what}`), what, table.at);
  const blob = table.raw(TABLE.blob, `the values of ${what}`);
  const width = hasMeans(base) ? MEAN : 4 * classes;
  // A row belongs to one key, so that a table is no larger than its part of the file.
  if (classes < 1 || rows.length * width > blob.length)
    throw corrupt(what, table.at, `${rows.length} keys of ${stated} classes`, 'what its values hold');
  const bad = rows.find((row) => (row + 1) * width > blob.length);
  if (bad !== undefined) throw corrupt(what, table.at, `row ${bad} of a key`, `one of its rows`);
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const denominator = table.i32(TABLE.denominator, what);
  if (hasMeans(base)) {
    const sums = Float32Array.from(rows, (row) => view.getFloat32(row * MEAN, true));
    const counts = Int32Array.from(rows, (row) => view.getInt32(row * MEAN + 4, true));
    return { base, keys, counts, classes, sums, denominator };
  }
  const counts = new Int32Array(rows.length * classes);
  for (const [key, row] of rows.entries())
    for (let i = 0; i < classes; i++) counts[key * classes + i] = view.getInt32(row * width + 4 * i, true);
  return { base, keys, counts, classes, sums: null, denominator };
}

/** Keys, low word first, and the row of each. */
function bucketsOf(bytes: Uint8Array, what: string, offset: number) {
  if (bytes.length % BUCKET !== 0)
    throw corrupt(what, offset, `${bytes.length} bytes of hashes`, `a multiple of ${BUCKET}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const keys: number[] = [];
  const rows: number[] = [];
  for (let at = 0; at < bytes.length; at += BUCKET) {
    const low = view.getUint32(at, true);
    const high = view.getUint32(at + 4, true);
    if (low === EMPTY && high === EMPTY) continue;
    keys.push(low, high);
    rows.push(view.getUint32(at + 8, true));
  }
  return { keys: Uint32Array.from(keys), rows };
}

const corrupt = (what: string, offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what, offset, found, wanted });
