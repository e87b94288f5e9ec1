import { hashCategory } from '../../engine/native/catboost/hash/category-hash.ts';
import type { CatBoostStep, CtrTable } from '../../model/catboost.ts';

/** Texts that categories often are: a file holds only hashes of its own. */
const CANDIDATES: readonly string[] = [
  ...Array.from({ length: 512 }, (_, i) => String(i - 1)),
  ...Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'),
  ...'yes no Yes No true false True False male female Male Female nan NaN None NA null'.split(' '),
  ...'unknown Unknown other Other missing Missing low medium high Low Medium High'.split(' '),
  '',
];
const UNKNOWN = 'plimsoll-unknown-category';
/** Known categories of a column that are tried. */
const MAX_KNOWN = 64;

/** m of the keys of tables (`CtrTable`). */
const MULTIPLIER = 0x4906ba494954cb65n;

/** Categories worth trying in a column: an unknown one, and those of the usual texts that the model knows. Pure. */
export function triedCategories(step: CatBoostStep, column: number): readonly string[] {
  const hashes = new Set(
    step.oneHots.flatMap((oneHot) => (oneHot.column === column ? [...oneHot.values] : [])),
  );
  const keys = new Set(step.tables.filter((table) => isOver(table, column)).flatMap(keysOf));
  const known = CANDIDATES.filter((text) => {
    const hash = hashCategory(text);
    return hashes.has(hash) || keys.has(keyOf(hash));
  });
  return [UNKNOWN, ...known.slice(0, MAX_KNOWN)];
}

/** Whether the keys of a table are made of this column alone. */
const isOver = ({ categories, floats, oneHots }: CtrTable, column: number): boolean =>
  categories.length === 1 && categories[0] === column && floats.length === 0 && oneHots.length === 0;

const keysOf = ({ keys }: CtrTable): readonly bigint[] => [...new BigUint64Array(keys.slice().buffer)];

const keyOf = (hash: number): bigint => BigInt.asUintN(64, MULTIPLIER * MULTIPLIER * BigInt(hash));
