import type { Batch } from '../../model/batch.ts';
import type { CatBoostStep } from '../../model/catboost.ts';
import type { TreeEnsembleStep } from '../../model/step.ts';
import type { ModelEncoding } from '../encoding.ts';
import { explainedCatBoost } from '../trees/catboost.ts';
import { explainedEnsemble } from '../trees/ensemble.ts';
import { SAME_COST, searchBoxes } from './box-search.ts';
import { isMissingCell, isSameCell, type RowCell } from './changed-rows.ts';
import {
  type CellChoice,
  CHANGE_COST,
  cellChoices,
  comparedChoices,
  type SearchedColumn,
} from './column-choices.ts';
import { type ComparedRows, comparedRows } from './compared-rows.ts';
import { columnScale, medianOf } from './distance.ts';
import type { ForestProblem } from './forest-problem.ts';
import type { ColumnChain } from './monotone-columns.ts';
import { type NumberCells, numberCells, takenNumbers } from './number-cells.ts';
import type { RowSearcher } from './outcome.ts';
import { scoreDecision } from './score-decision.ts';
import { scoreGoals } from './score-goal.ts';
import { scoreSlack } from './score-slack.ts';
import type { ColumnDomainRule } from './searched-columns.ts';
import type { WantedAnswer } from './wanted.ts';

/** Half a unit in the last place of 1. */
const UNIT32 = 2 ** -24;
const UNIT64 = 2 ** -53;
/** Numbers beyond it are not sought: CatBoost has borders at the end of float32 that part none but missing values. */
const MOST_NUMBER = 1e30;

/** What a search over trees is made of. */
export interface TreeSearchParts {
  readonly encoding: ModelEncoding;
  readonly predictor: TreeEnsembleStep | CatBoostStep;
  /** Of each encoded column the model's column, and how it follows it. */
  readonly sources: Int32Array;
  readonly chains: readonly ColumnChain[];
  readonly domains: readonly ColumnDomainRule[];
  /** Rows of the model, of which the first stands for columns that do not matter. */
  readonly rows: Batch;
  readonly wanted: WantedAnswer;
  /** Whether the model itself answers a row as wanted where `given` is answered. */
  readonly isWanted: (cells: readonly RowCell[], given: number) => boolean;
  readonly budget: number;
}

/** Null where trees are not over columns one by one, or their questions are not met by cells of numbers. */
export function treeSearcher(parts: TreeSearchParts, first: readonly RowCell[]): RowSearcher | null {
  const { encoding, predictor, sources, domains } = parts;
  const width = encoding.sources.length;
  const ensemble =
    predictor.kind === 'catboost' ? explainedCatBoost(predictor) : explainedEnsemble(predictor, width, []);
  if (
    predictor.kind === 'tree-ensemble' &&
    (predictor.base.kind !== 'constant' || predictor.arena.linear !== undefined)
  )
    return null;
  const compared = comparedRows(parts.rows, domains.length, encoding, ensemble, sources);
  const columns = searchedColumns(parts, ensemble.trees, compared, first);
  if (columns === null) return null;
  const decision = scoreDecision(predictor);
  if (decision === null) return null;
  const base = baseOf(predictor);
  const slack = scoreSlack(ensemble.trees, base, roundingOf(predictor));
  const place = placesOf(compared.column, domains.length);
  const search: RowSearcher['search'] = ({ cells, given }, others) => {
    const goals = scoreGoals(decision, parts.wanted, given, slack);
    if (goals === null) return null;
    const { columns: choices, choices: values } = comparedChoices(
      compared,
      columns.map((column, k) => cellChoices(column, cells[k] ?? null)),
    );
    const problem: ForestProblem = {
      trees: ensemble.trees,
      column: compared.column,
      place,
      columns: choices,
      base,
      goals,
    };
    const rowOf = (chosen: Int32Array): readonly RowCell[] => values.map((list, k) => list[chosen[k]!]!.cell);
    const starts = others.map((other) => choicesAt(columns, values, other));
    const found = searchBoxes(
      problem,
      (chosen) => parts.isWanted(rowOf(chosen), given),
      starts,
      parts.budget,
    );
    if (found === null) return null;
    const changes = found.choices?.filter((choice) => choice > 0).length ?? 0;
    const isExact = found.lowerBound >= found.cost - SAME_COST;
    const spent = CHANGE_COST * (isExact ? changes : columns.length);
    return {
      ...{ method: 'box-search', isExact, cells: found.choices === null ? null : rowOf(found.choices) },
      lowerBound: Math.max(0, found.lowerBound - spent),
    };
  };
  return { columns, search };
}

const baseOf = (step: TreeEnsembleStep | CatBoostStep): Float64Array => {
  if (step.kind === 'catboost') return step.bias;
  return step.base.kind === 'constant' ? step.base.scores : new Float64Array(step.scores);
};

function roundingOf(step: TreeEnsembleStep | CatBoostStep): {
  readonly unit: number;
  readonly divisor: number;
} {
  if (step.kind === 'catboost') return { unit: UNIT64, divisor: 1 };
  const unit = step.sums === 'float64' ? UNIT64 : UNIT32;
  const trees = step.arena.roots.length;
  if (step.aggregate === 'sum') return { unit, divisor: 1 };
  return { unit, divisor: step.target === null ? trees : trees / step.scores };
}

/** Each number's place among those of its column. */
function placesOf(column: Int32Array, columns: number): Int32Array {
  const counts = new Int32Array(columns);
  return column.map((of) => (of < 0 ? 0 : counts[of]!++));
}

/** The values of a row's columns as the choices of another row's have them; its own where they have none. */
function choicesAt(
  columns: readonly SearchedColumn[],
  values: readonly (readonly CellChoice[])[],
  cells: readonly RowCell[],
): Int32Array {
  return Int32Array.from(columns, ({ cells: numbers }, k) => {
    const cell = cells[k] ?? null;
    const list = values[k] ?? [];
    if (numbers === null)
      return Math.max(
        0,
        list.findIndex((choice) => isSameCell(choice.cell, cell)),
      );
    const at = numbers.last.findIndex((last) => Number(cell) <= last);
    return Math.max(
      0,
      list.findIndex((choice) => choice.at === at),
    );
  });
}

/** What each column may become; null where one is asked in a way that cells of numbers do not meet. */
function searchedColumns(
  { predictor, sources, chains, domains }: TreeSearchParts,
  trees: Parameters<typeof numberCells>[0],
  compared: ComparedRows,
  first: readonly RowCell[],
): readonly SearchedColumn[] | null {
  const sets = setCategories(predictor, sources);
  const isSpecial =
    predictor.kind === 'tree-ensemble' &&
    (predictor.missingNumber !== undefined || predictor.arena.zeroMissing !== null);
  const asked = new Set(
    [...trees.left.keys()].flatMap((node) =>
      trees.left[node] === -1 ? [] : [compared.column[trees.column[node]!]!],
    ),
  );
  // A number made of several columns has no cells in any of them.
  if (asked.has(-1)) return null;
  const numbers = domains.flatMap(({ spec, freedom, categories }, column) =>
    freedom === 'held' ||
    spec.ignored ||
    spec.type !== 'number' ||
    categories !== null ||
    sets.has(column) ||
    !asked.has(column)
      ? []
      : [column],
  );
  const isMonotone = (column: number): boolean =>
    chains.every((chain, encoded) => sources[encoded] !== column || chain.isMonotone);
  if (numbers.length > 0 && (isSpecial || !numbers.every(isMonotone))) return null;
  const bounds = numbers.flatMap((column) => boundsOf(compared, first, column, domains[column]!));
  const cells = numberCells(trees, compared, first, bounds);
  const cellsAt = new Map<number, NumberCells>(bounds.map(({ column }, k) => [column, cells[k]!]));
  return domains.map(({ spec, freedom, categories, known, isWhole }, column) => {
    const own = cellsAt.get(column) ?? null;
    const thresholds = own?.first.subarray(1) ?? new Float64Array(0);
    const { scale } = columnScale(known, thresholds);
    const middle = known.length > 0 ? medianOf(known) : medianOf(thresholds);
    const values = categories ?? sets.get(column) ?? null;
    return {
      spec,
      freedom,
      scale,
      categories: values,
      cells: own,
      isWhole,
      middle: Number.isNaN(middle) ? 0 : middle,
    };
  });
}

/** The numbers that the model takes in a column, around one that it takes; none where it takes none. */
function boundsOf(
  compared: ComparedRows,
  row: readonly RowCell[],
  column: number,
  { spec, known }: ColumnDomainRule,
) {
  const takes = (value: number): boolean => compared.takes(row.with(column, value), column);
  const own = row[column] ?? null;
  const tried = [
    ...(isMissingCell(own) ? [] : [Number(own)]),
    ...(known.length > 0 ? [medianOf(known)] : []),
    0,
    1,
    0.5,
  ];
  const inside = tried.find(takes);
  if (inside === undefined) return [];
  const largest = Math.max(Math.abs(inside), Math.min(spec.largest ?? MOST_NUMBER, MOST_NUMBER));
  const [low, high] = takenNumbers(takes, inside, largest);
  return [{ column, low, high }];
}

/** Numbers that stand for categories in questions about sets, by the column of the model. */
function setCategories(
  step: TreeEnsembleStep | CatBoostStep,
  sources: Int32Array,
): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, Set<number>>();
  if (step.kind === 'catboost' || step.arena.categorical === null) return new Map();
  const { categorical, feature, setOffsets, bitsets, knownBitsets } = step.arena;
  for (const [node, set] of categorical.entries()) {
    if (set < 0) continue;
    const column = sources[feature[node]!]!;
    const values = found.get(column) ?? new Set();
    found.set(column, values);
    const begin = setOffsets[set]!;
    for (let word = begin; word < setOffsets[set + 1]!; word++)
      for (let bit = 0; bit < 32; bit++)
        if ((((bitsets[word]! | (knownBitsets?.[word] ?? 0)) >>> bit) & 1) === 1)
          values.add(32 * (word - begin) + bit);
  }
  return new Map([...found].map(([column, values]) => [column, [...values].sort((a, b) => a - b)]));
}
