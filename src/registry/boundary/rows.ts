import { elementAt, valueInMap } from '../../core/element-at.ts';
import { nextDown, nextDown32, nextUp, nextUp32 } from '../../core/float.ts';
import type { Random } from '../../core/ports.ts';
import { randomIndex, seededRandom, shuffle } from '../../core/random.ts';
import type { Batch, ColumnValues } from '../../model/batch.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import type { ModelStep, TreeEnsembleStep } from '../../model/step.ts';
import { ZERO_BOUND } from '../../model/tree.ts';
import { type BoundaryInterests, type ColumnInterest, type ColumnTrace, interestsOf } from './trace.ts';

/**
 * Rows that a wrong engine would answer wrongly, made from the model itself: every threshold and its neighbours on
 * a path that reaches it, every category, unknown ones where they are ignored, missing, ±0, large values. Pure:
 * the same model, seed and limit give the same rows.
 */
export interface BoundaryOptions {
  readonly seed: number;
  /** At most so many rows; the sample is stratified over trees and columns. */
  readonly limit: number;
}

type Cell = number | string | null;
type Row = Cell[];
/** Values worth trying in one column; the cells of a text column are sentences of them. */
interface Pool {
  readonly text: boolean;
  readonly values: readonly Cell[];
}
interface Target {
  readonly step: TreeEnsembleStep;
  readonly traces: readonly (ColumnTrace | null)[];
  readonly node: number;
}

/** Chance that a cell of a nullable column is missing in a sampled row. */
const MISSING_CHANCE = 0.05;
const UNKNOWN_CATEGORY = 'plimsoll-unknown-category';
const TEXTS = [
  '',
  ' ',
  'İstanbul ß ΣΑΣ',
  'naïve café',
  '日本語 テスト',
  'مرحبا',
  'x_1 2.5',
  "don't stop",
  '😀 emoji',
];

/** Columns of a model that takes any number of them. */
const ANY_COLUMNS: readonly ColumnSpec[] = ['x0', 'x1'].map((name) => ({
  name,
  named: false,
  type: 'number',
  nullable: true,
}));

/** Boundary rows of a model, as its engines take them; none for a graph, of which nothing but shapes is known. */
export function boundaryRows(root: ModelStep, signature: Signature, options: BoundaryOptions): Batch {
  if (signature.form === 'tensors') return { kind: 'tensors', rows: 0, tensors: {} };
  const columns = signature.open ? ANY_COLUMNS : signature.columns;
  const random = seededRandom(options.seed);
  const interests = interestsOf(root, columns.length);
  const pools = columns.map((column, j) => poolOf(column, elementAt(interests.columns, j), signature.form));
  const sample = (): Row => columns.map((column, j) => sampleCell(column, elementAt(pools, j), random));
  const rows = treeRows(interests, parentsOf(interests), sample, options.limit >> 1, random);
  for (const row of poolRows(pools, sample, options.limit - rows.length)) rows.push(row);
  return toBatch(rows.slice(0, options.limit), columns);
}

function poolOf(column: ColumnSpec, interest: ColumnInterest, form: Signature['form']): Pool {
  const text = form === 'text' || interest.words.size > 0;
  const values = text ? [...interest.words, ...TEXTS] : cellPool(column, interest);
  const fitting = interest.counts ? values.filter((value) => value === null || Number(value) >= 0) : values;
  return { text, values: [...new Set(fitting)] };
}

function cellPool(column: ColumnSpec, interest: ColumnInterest): Cell[] {
  if (column.type === 'bool') return column.nullable ? [0, 1, null] : [0, 1];
  const known = (column.categories ?? []).filter((value) => value !== null);
  const pool: Cell[] =
    column.type === 'string'
      ? [...interest.strings, ...(known as string[])]
      : known.length > 0
        ? known.map(Number)
        : [...withNeighbours(interest.numbers), 0, -0, 1, -1, 0.5, 1e6, -1e6];
  if (column.categories && column.unknown === 'ignore') {
    pool.push(column.type === 'string' ? UNKNOWN_CATEGORY : 987654321);
  }
  if (column.nullable) pool.push(null);
  if (pool.length === 0) pool.push(column.type === 'string' ? 'a' : 0);
  return pool;
}

function withNeighbours(numbers: ReadonlySet<number>): number[] {
  const out: number[] = [];
  for (const value of numbers) {
    if (Number.isFinite(value)) out.push(value, nextUp(value), nextDown(value));
  }
  return out;
}

function sampleCell(column: ColumnSpec, pool: Pool, random: Random): Cell {
  const pick = (): Cell => elementAt(pool.values, randomIndex(random, pool.values.length));
  if (pool.text) return Array.from({ length: 1 + randomIndex(random, 12) }, pick).join(' ');
  return column.nullable && random.next() < MISSING_CHANCE ? null : pick();
}

/** One row a pool value, the other cells sampled; pools take turns so that a cut is fair to every column. */
function* poolRows(pools: readonly Pool[], sample: () => Row, limit: number): Generator<Row> {
  const longest = pools.reduce((most, pool) => Math.max(most, pool.values.length), 0);
  let made = 0;
  for (let i = 0; i < longest; i++) {
    for (const [j, { values }] of pools.entries()) {
      if (made >= limit) return;
      const value = values[i];
      if (value === undefined) continue;
      const row = sample();
      row[j] = value;
      made++;
      yield row;
    }
  }
}

type Parents = ReadonlyMap<TreeEnsembleStep, Int32Array>;

function parentsOf(interests: BoundaryInterests): Parents {
  return new Map(
    interests.ensembles.map(({ step }) => {
      const { left, right } = step.arena;
      const parents = new Int32Array(left.length).fill(-1);
      for (const [node, child] of left.entries()) {
        if (child < 0) continue;
        parents[child] = node;
        parents[elementAt(right, node)] = node;
      }
      return [step, parents];
    }),
  );
}

/** Rows that reach a sampled split node and stand on its threshold or one step beside it. */
function treeRows(
  interests: BoundaryInterests,
  parents: Parents,
  sample: () => Row,
  limit: number,
  random: Random,
): Row[] {
  const rows: Row[] = [];
  for (const target of sampleTargets(interests, Math.ceil(limit / 3), random)) {
    const trace = target.traces[elementAt(target.step.arena.feature, target.node)];
    for (const value of aroundSplit(target)) {
      if (rows.length >= limit) return rows;
      const row = sample();
      followPath(row, target, valueInMap(parents, target.step));
      if (trace) place(row, trace, value);
      rows.push(row);
    }
  }
  return rows;
}

/** Split nodes, round robin over (tree, column), each group in seeded random order. */
function sampleTargets(interests: BoundaryInterests, limit: number, random: Random): Target[] {
  const groups = new Map<string, Target[]>();
  interests.ensembles.forEach(({ step, traces }, ensemble) => {
    const { roots, left, feature } = step.arena;
    let tree = 0;
    for (const [node, child] of left.entries()) {
      while (tree + 1 < roots.length && node >= elementAt(roots, tree + 1)) tree++;
      const column = elementAt(feature, node);
      if (child < 0 || !traces[column]) continue;
      const key = `${ensemble} ${tree} ${column}`;
      const group = groups.get(key);
      if (group) group.push({ step, traces, node });
      else groups.set(key, [{ step, traces, node }]);
    }
  });
  const queues = shuffle([...groups.values()], random).map((group) => shuffle(group, random));
  const out: Target[] = [];
  for (let depth = 0; out.length < limit; depth++) {
    const before = out.length;
    for (const queue of queues) if (out.length < limit) out.push(...queue.slice(depth, depth + 1));
    if (out.length === before) break;
  }
  return out;
}

function aroundSplit({ step, node }: Target): readonly number[] {
  const { categorical, setOffsets, bitsets, threshold } = step.arena;
  const set = categorical?.[node] ?? -1;
  if (set >= 0) {
    const words = bitsets.subarray(setOffsets[set], setOffsets[set + 1]);
    const beyond = 32 * words.length;
    const codes = Array.from({ length: beyond }, (_, code) => code);
    const inside = (code: number): boolean => ((elementAt(words, code >> 5) >>> (code & 31)) & 1) === 1;
    const [member, other] = [codes.find(inside) ?? 0, codes.find((code) => !inside(code)) ?? beyond];
    return [member, other, codes.findLast(inside) ?? 0, beyond, ...castCodes(member)];
  }
  const at = elementAt(threshold, node);
  if (!Number.isFinite(at)) return [0];
  const near = step.input === 'float32' ? [at, nextUp32(at), nextDown32(at)] : [at, nextUp(at), nextDown(at)];
  return step.arena.zeroMissing?.[node] === 1 ? [...near, 0, ZERO_BOUND, -nextUp(ZERO_BOUND)] : near;
}

/** Numbers that are no category as they stand, and by a cast may be `member`, or another one. */
const castCodes = (member: number): readonly number[] => [
  member + 256,
  member - 256,
  member + 0.5,
  -0.5,
  -1,
  255,
  256,
  300,
  2 ** 24,
  1e10,
];

/** Moves the cells of `row` into the intervals that lead from the root to the target node. */
function followPath(row: Row, target: Target, parents: Int32Array): void {
  const { arena } = target.step;
  const bounds = new Map<number, [number, number]>();
  for (
    let child = target.node, node = elementAt(parents, child);
    node >= 0;
    child = node, node = elementAt(parents, child)
  ) {
    if ((arena.categorical?.[node] ?? -1) >= 0) continue;
    const feature = elementAt(arena.feature, node);
    const threshold = elementAt(arena.threshold, node);
    const bound = bounds.get(feature) ?? [-Infinity, Infinity];
    if (arena.left[node] === child) bound[1] = Math.min(bound[1], threshold);
    else bound[0] = Math.max(bound[0], threshold);
    bounds.set(feature, bound);
  }
  for (const [feature, [low, high]] of bounds) {
    const trace = target.traces[feature];
    if (trace) place(row, trace, inside(low, high));
  }
}

/** Puts the input of `value` into its cell; a step that cannot be inverted there (a scale of 0) leaves the cell. */
function place(row: Row, trace: ColumnTrace, value: number): void {
  const input = trace.invert(value);
  if (Number.isFinite(input)) row[trace.column] = input;
}

function inside(low: number, high: number): number {
  if (low === -Infinity) return high === Infinity ? 0 : high - Math.abs(high) * 0.01;
  if (high === Infinity) return low + Math.abs(low) * 0.01 + 1e-6;
  return low / 2 + high / 2;
}

/** Packs rows into the batch form that the signature's engines take. */
export function toBatch(rows: readonly (readonly Cell[])[], columns: readonly ColumnSpec[]): Batch {
  if (columns.every((column) => column.type !== 'string')) {
    const width = columns.length;
    const data = new Float64Array(rows.length * width);
    rows.forEach((row, i) =>
      row.forEach((cell, j) => (data[i * width + j] = cell === null ? NaN : Number(cell))),
    );
    return { kind: 'matrix', rows: rows.length, width, data };
  }
  const values = columns.map((column, j): ColumnValues => {
    if (column.type === 'string') return rows.map((row) => (row[j] === null ? null : String(row[j])));
    return Float64Array.from(rows, (row) => (row[j] === null ? NaN : Number(row[j])));
  });
  return { kind: 'table', rows: rows.length, columns: values };
}
