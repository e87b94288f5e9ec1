import { elementAt } from '../../core/element-at.ts';
import type { Random } from '../../core/ports.ts';
import { randomIndex } from '../../core/random.ts';
import {
  type CatBoostHead,
  type CatBoostStep,
  CTR_TYPES,
  type CtrColumn,
  type CtrTable,
  type NodeTrees,
  type ObliviousTrees,
} from '../catboost.ts';

/** For tests only: any model of CatBoost, and the plainest way to its raw values. */

/** Columns: two of numbers, two of categories. */
export const CATBOOST_COLUMNS = ['number', 'number', 'string', 'string'] as const;
/** Categories and their hashes, as the library has them (fixtures/catboost-hashes.json). */
export const CATEGORY_HASHES: ReadonlyMap<string, number> = new Map([
  ['', 797982799 | 0],
  ['-1', 288298918 | 0],
  ['1099511627776', 959007669 | 0],
]);

export type CatBoostRow = readonly [number, number, string, string];

const M = 0x4906ba494954cb65n;
const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);

export function randomCatBoost(
  random: Random,
  shape: 'oblivious' | 'nodes',
  dimensions: number,
): CatBoostStep {
  const pick = (count: number): number => randomIndex(random, count);
  const borders = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => 20 * random.next() - 10).sort();
  const floats = [
    { column: 0, borders: borders(1 + pick(6)), missingAbove: random.next() < 0.5 },
    { column: 1, borders: borders(pick(4) === 0 ? 600 : 3), missingAbove: random.next() < 0.5 },
  ];
  const hashes = [...CATEGORY_HASHES.values()];
  const oneHots = [{ column: 2, values: Int32Array.from(hashes.slice(0, 1 + pick(3))) }];
  const first = elementAt(floats, 0).borders.length + elementAt(floats, 1).borders.length;
  const tables = Array.from({ length: 1 + pick(3) }, (): CtrTable => {
    const parts = {
      categories: pick(2) === 0 ? [3] : [2, 3],
      floats: Int32Array.from(pick(2) === 0 ? [] : [pick(first)]),
      oneHots: Int32Array.from(pick(2) === 0 ? [] : [first]),
    };
    const keys = keysOf(parts, random);
    const classes = 1 + pick(4);
    const sums = pick(3) === 0 ? Float32Array.from(keys, () => 5 * random.next()) : null;
    const width = sums === null ? classes : 1;
    return {
      ...parts,
      keys: new Uint32Array(BigUint64Array.from(keys).buffer),
      counts: Int32Array.from({ length: keys.length * width }, () => pick(50)),
      classes: width,
      sums,
      denominator: 100,
    };
  });
  const ctrs = Array.from({ length: 1 + pick(4) }, () => ctrOver(tables, random));
  const sizes = [
    floats.map((one) => one.borders.length),
    [elementAt(oneHots, 0).values.length],
    ctrs.map((one) => one.borders.length),
  ];
  const asked = sizes.flatMap((lengths, kind) =>
    lengths.flatMap((length, source) => Array.from({ length }, (_, item) => ({ kind, source, item }))),
  );
  const { trees, leaves } =
    shape === 'oblivious' ? oblivious(asked.length, random) : nodes(asked.length, random);
  return {
    kind: 'catboost',
    origin: { path: '', class: 'catboost.CatBoost', offset: 0 },
    features: CATBOOST_COLUMNS.length,
    featureNames: null,
    categories: [2, 3],
    floats,
    oneHots,
    tables,
    ctrs,
    questions: {
      kind: Uint8Array.from(asked, ({ kind }) => kind),
      source: Int32Array.from(asked, ({ source }) => source),
      item: Int32Array.from(asked, ({ item }) => item),
    },
    trees,
    dimensions,
    leafValues: Float64Array.from({ length: leaves * dimensions }, () => random.next() - 0.5),
    scale: pick(2) === 0 ? 1 : 1.7,
    bias: Float64Array.from({ length: dimensions }, () => random.next()),
    head: { kind: 'regression', link: 'identity' } satisfies CatBoostHead,
  };
}

/** Keys of some of the combinations that rows can have. */
function keysOf(parts: Pick<CtrTable, 'categories' | 'floats' | 'oneHots'>, random: Random): bigint[] {
  const hashes = [...CATEGORY_HASHES.values()];
  const keys = new Set<bigint>();
  for (let i = 0; i < 12; i++) {
    const values = [
      ...parts.categories.map(() => elementAt(hashes, randomIndex(random, hashes.length))),
      ...[...parts.floats, ...parts.oneHots].map(() => randomIndex(random, 2)),
    ];
    keys.add(values.reduce((key, value) => wrap(M * (key + wrap(M * BigInt(value)))), 0n));
  }
  return [...keys];
}

function ctrOver(tables: readonly CtrTable[], random: Random): CtrColumn {
  const table = randomIndex(random, tables.length);
  const { sums, classes } = elementAt(tables, table);
  const types = CTR_TYPES.filter((type) => {
    if (sums !== null) return type.endsWith('MeanValue');
    return classes === 1
      ? type === 'Counter' || type === 'FeatureFreq'
      : type === 'Borders' || type === 'Buckets';
  });
  const values = Float32Array.from({ length: 1 + randomIndex(random, 9) }, () => 3 * random.next()).sort();
  return {
    table,
    type: elementAt(types, randomIndex(random, types.length)),
    target: randomIndex(random, Math.max(1, classes - 1)),
    priorNumerator: Math.fround(random.next()),
    priorDenominator: randomIndex(random, 2),
    shift: Math.fround(random.next()),
    scale: Math.fround(3 * random.next()),
    borders: values,
  };
}

function oblivious(questions: number, random: Random): { trees: ObliviousTrees; leaves: number } {
  const deep = randomIndex(random, 4) === 0;
  const depths = Uint8Array.from({ length: 1 + randomIndex(random, 12) }, () =>
    randomIndex(random, deep ? 12 : 6),
  );
  const levels = depths.reduce((sum, depth) => sum + depth, 0);
  return {
    trees: {
      kind: 'oblivious',
      depths,
      questions: Int32Array.from({ length: levels }, () => randomIndex(random, questions)),
    },
    leaves: depths.reduce((sum, depth) => sum + 2 ** depth, 0),
  };
}

function nodes(questions: number, random: Random): { trees: NodeTrees; leaves: number } {
  const question: number[] = [];
  const no: number[] = [];
  const yes: number[] = [];
  let leaves = 0;
  const grow = (depth: number): number => {
    if (depth === 0 || random.next() < 0.2) return -1 - leaves++;
    const at = question.push(randomIndex(random, questions)) - 1;
    no.push(0);
    yes.push(0);
    no[at] = grow(depth - 1);
    yes[at] = grow(depth - 1);
    return at;
  };
  const roots = Int32Array.from({ length: 1 + randomIndex(random, 6) }, () => grow(6));
  const [ask, left, right] = [question, no, yes].map((list) => Int32Array.from(list));
  return { trees: { kind: 'nodes', roots, question: ask!, no: left!, yes: right! }, leaves };
}

/** Cells on borders and beside them, missing ones, categories that are known and not. */
export function randomCatBoostRow(step: CatBoostStep, random: Random): CatBoostRow {
  const number = (column: 0 | 1): number => {
    const { borders } = elementAt(step.floats, column);
    const border = elementAt(borders, randomIndex(random, borders.length));
    const odd = [Number.NaN, Infinity, -Infinity, border + 1e-7, border - 1e-7, border, 0];
    return random.next() < 0.5 ? 20 * random.next() - 10 : elementAt(odd, randomIndex(random, odd.length));
  };
  const words = [...CATEGORY_HASHES.keys()];
  const word = (): string => elementAt(words, randomIndex(random, words.length));
  return [number(0), number(1), word(), word()];
}

/** Raw values of a row, question by question, as the docstrings of the step say. */
export function plainRawValues(step: CatBoostStep, row: CatBoostRow): number[] {
  const sums = new Array<number>(step.dimensions).fill(0);
  for (const leaf of leavesOf(step, row))
    for (let k = 0; k < step.dimensions; k++) sums[k]! += step.leafValues[leaf * step.dimensions + k]!;
  return sums.map((sum, k) => step.scale * sum + step.bias[k]!);
}

function leavesOf(step: CatBoostStep, row: CatBoostRow): number[] {
  const { trees } = step;
  const answers = (question: number): boolean => answerOf(step, question, row);
  if (trees.kind === 'nodes')
    return Array.from(trees.roots, (root) => {
      let node = root;
      while (node >= 0) node = answers(trees.question[node]!) ? trees.yes[node]! : trees.no[node]!;
      return -1 - node;
    });
  let at = 0;
  let first = 0;
  return Array.from(trees.depths, (depth) => {
    const asked = Array.from(trees.questions.subarray(at, at + depth));
    const leaf =
      first + asked.reduce((sum, question, level) => sum + (answers(question) ? 2 ** level : 0), 0);
    at += depth;
    first += 2 ** depth;
    return leaf;
  });
}

function answerOf(step: CatBoostStep, question: number, row: CatBoostRow): boolean {
  const source = step.questions.source[question]!;
  const item = step.questions.item[question]!;
  const kind = step.questions.kind[question]!;
  if (kind === 0) {
    const { column, borders, missingAbove } = step.floats[source]!;
    const x = Math.fround(row[column] as number);
    return Number.isNaN(x) ? missingAbove : x > borders[item]!;
  }
  if (kind === 1) {
    const { column, values } = step.oneHots[source]!;
    return CATEGORY_HASHES.get(row[column] as string) === values[item];
  }
  return ctrValueOf(step, step.ctrs[source]!, row) > step.ctrs[source]!.borders[item]!;
}

function ctrValueOf(step: CatBoostStep, ctr: CtrColumn, row: CatBoostRow): number {
  const table = step.tables[ctr.table]!;
  const parts = [
    ...table.categories.map((column) => CATEGORY_HASHES.get(row[column] as string)!),
    ...[...table.floats, ...table.oneHots].map((question) => Number(answerOf(step, question, row))),
  ];
  const key = parts.reduce((sum, part) => wrap(M * (sum + wrap(M * BigInt(part)))), 0n);
  const at = [...new BigUint64Array(table.keys.slice().buffer)].indexOf(key);
  const cells = at < 0 ? null : [...table.counts.slice(at * table.classes, (at + 1) * table.classes)];
  const all = (cells ?? [0]).reduce((sum, count) => sum + count, 0);
  let [good, total] = [0, all];
  if (ctr.type === 'Counter' || ctr.type === 'FeatureFreq')
    [good, total] = [cells?.[0] ?? 0, table.denominator];
  else if (ctr.type.endsWith('MeanValue')) good = at < 0 ? 0 : table.sums![at]!;
  else if (ctr.type === 'Buckets') good = cells?.[ctr.target] ?? 0;
  else good = (cells ?? []).slice(ctr.target + 1).reduce((sum, count) => sum + count, 0);
  const { fround } = Math;
  const ratio = fround(fround(good + ctr.priorNumerator) / fround(total + ctr.priorDenominator));
  return fround(fround(ratio + ctr.shift) * ctr.scale);
}
