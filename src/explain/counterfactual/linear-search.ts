import { allocateCells, createScratch, toDense } from '../../engine/native/block.ts';
import type { Batch } from '../../model/batch.ts';
import type { LinearClassifierStep, LinearRegressorStep } from '../../model/linear.ts';
import type { LinearBoosterStep } from '../../model/linear-booster.ts';
import type { ModelEncoding } from '../encoding.ts';
import { cellsOfRow, isMissingCell, type RowCell, rowsOfCells } from './changed-rows.ts';
import { cellChoices, READABLE_SHARE, rowDistance, type SearchedColumn } from './column-choices.ts';
import { columnScale, medianOf } from './distance.ts';
import { cheapestGain, type GainItem } from './gain-plan.ts';
import type { ColumnChain } from './monotone-columns.ts';
import type { RowSearcher, SearchOutcome } from './outcome.ts';
import { readableNumber } from './readable.ts';
import { scoreDecision } from './score-decision.ts';
import { type ScoreConstraint, scoreGoals } from './score-goal.ts';
import type { ColumnDomainRule } from './searched-columns.ts';
import type { WantedAnswer } from './wanted.ts';

/** Whole steps that a number may take. */
const MOST_STEPS = 1e9;
/** Share of a distance that rounding may make of it. */
const ROUNDING = 1e-6;

/** What a search over a linear model is made of. */
export interface LinearSearchParts {
  readonly encoding: ModelEncoding;
  readonly predictor: LinearRegressorStep | LinearClassifierStep | LinearBoosterStep;
  readonly sources: Int32Array;
  readonly chains: readonly ColumnChain[];
  readonly domains: readonly ColumnDomainRule[];
  readonly rows: Batch;
  readonly wanted: WantedAnswer;
  readonly isWanted: (cells: readonly RowCell[], given: number) => boolean;
}

type Cells = readonly RowCell[];

/** One way to change a column. */
interface Move {
  readonly column: number;
  /** Of one step, or in any amount for a cost of 1. */
  readonly cell: (amount: number) => RowCell;
  /** What it changes in each score, of one step or of a cost of 1. */
  readonly shift: Float64Array;
  readonly cost: number;
  readonly most: number;
  /** Whether any amount may be taken. */
  readonly isAny: boolean;
  /** Move that has to be made first. */
  readonly after: Move | null;
}

/** A row that may be the nearest, and the least distance of any. */
interface Candidate {
  readonly cells: Cells;
  readonly cost: number;
  readonly isProved: boolean;
  /** The move whose amount is to be found to the last digit, and where it starts. */
  readonly last: Move | null;
}

/**
 * Searches a linear model whose columns are numbers scaled, and categories: what lacks is made up by the column that gives most for its
 * distance, and by whole steps where columns take those alone. Null where a column bends on its way.
 */
export function linearSearcher(parts: LinearSearchParts): RowSearcher | null {
  const { domains, chains, sources, predictor } = parts;
  const decision = scoreDecision(predictor);
  if (decision === null || (predictor.kind === 'linear-booster' && predictor.missingNumber !== undefined))
    return null;
  const isAffine = (column: number): boolean =>
    chains.every((chain, encoded) => sources[encoded] !== column || chain.isAffine);
  const bends = ({ spec, freedom, categories }: ColumnDomainRule, column: number): boolean =>
    freedom !== 'held' && !spec.ignored && spec.type === 'number' && categories === null && !isAffine(column);
  if (domains.some(bends)) return null;
  const steps = encodedSteps(parts);
  const columns = domains.map(({ spec, freedom, categories, known, isWhole }, k): SearchedColumn => {
    const scale = known.length > 0 ? columnScale(known, []).scale : 1 / (steps[k] ?? 1);
    const middle = known.length > 0 ? medianOf(known) : 0;
    return { spec, freedom, categories, isWhole, scale, middle, cells: null };
  });
  const scores = linearScores(parts);
  const search: RowSearcher['search'] = ({ cells, given }) => {
    const goals = scoreGoals(decision, parts.wanted, given, { rounding: 0, quantum: 0 });
    if (goals === null) return null;
    const moves = movesOf(columns, cells, scores);
    const own = scores([cells]);
    const found = goals.flatMap((goal) => {
      const all = goal.map((constraint) => cheapest(moves, cells, own, constraint));
      // The constraint that is most expensive to meet bounds the goal.
      const [most] = all.toSorted(
        (a, b) => (b?.cost ?? Number.POSITIVE_INFINITY) - (a?.cost ?? Number.POSITIVE_INFINITY),
      );
      return most === null || most === undefined ? [] : [most];
    });
    const [best] = found.toSorted((a, b) => a.cost - b.cost);
    if (best === undefined)
      return { method: 'linear', cells: null, lowerBound: Number.POSITIVE_INFINITY, isExact: true };
    return settled(columns, cells, best, (other) => parts.isWanted(other, given));
  };
  return { columns, search };
}

/** By how much the first number that is made of a column changes with a step of 1; 1 where it does not. */
function encodedSteps({ encoding, sources, domains, rows }: LinearSearchParts): readonly number[] {
  const own = cellsOfRow(rows, 0);
  return domains.map(({ spec, categories }, column) => {
    const encoded = sources.indexOf(column);
    if (spec.type !== 'number' || categories !== null || encoded < 0) return 1;
    const start = isMissingCell(own[column] ?? null) ? 0 : Number(own[column]);
    const moved = rowsOfCells(rows, 2, (row, k) => (k === column ? start + row : (own[k] ?? null)));
    const { data, cols } = toDense(encoding.encode(moved), [], allocateCells);
    const step = Math.abs(data[cols + encoded]! - data[encoded]!);
    return step > 0 && Number.isFinite(step) ? step : 1;
  });
}

/** Scores of rows, `[rows, scores]`, as the model sums them but for rounding. */
function linearScores({
  encoding,
  predictor,
  rows,
}: LinearSearchParts): (list: readonly Cells[]) => Float64Array {
  const [weights, bias] =
    predictor.kind === 'linear-booster'
      ? [predictor.weights, predictor.bias]
      : [predictor.coef, predictor.intercept];
  const scratch = createScratch();
  return (list) => {
    const batch = rowsOfCells(rows, list.length, (row, k) => list[row]![k] ?? null);
    const { data } = toDense(encoding.encode(batch), [], scratch);
    const out = new Float64Array(list.length * weights.rows);
    for (let row = 0; row < list.length; row++)
      for (let k = 0; k < weights.rows; k++) {
        let sum = bias[k] ?? 0;
        for (let column = 0; column < weights.cols; column++) {
          const x = data[row * weights.cols + column]!;
          // A missing number adds nothing to boosters of XGBoost; others refuse it.
          if (!Number.isNaN(x)) sum += weights.data[k * weights.cols + column]! * x;
        }
        out[row * weights.rows + k] = sum;
      }
    return out;
  };
}

function movesOf(
  columns: readonly SearchedColumn[],
  own: Cells,
  scores: (list: readonly Cells[]) => Float64Array,
) {
  const shiftOf = (from: Cells, to: Cells): Float64Array => {
    const both = scores([from, to]);
    const width = both.length / 2;
    return Float64Array.from({ length: width }, (_, k) => both[width + k]! - both[k]!);
  };
  return columns.flatMap((column, k): Move[] => {
    const cell = own[k] ?? null;
    const { freedom, categories, scale, spec, middle } = column;
    if (freedom === 'held' || spec.ignored) return [];
    if (categories !== null)
      return cellChoices(column, cell)
        .slice(1)
        .map((choice) => ({
          ...{ column: k, cell: () => choice.cell, cost: 1, most: 1, isAny: false, after: null },
          shift: shiftOf(own, own.with(k, choice.cell)),
        }));
    if (spec.type !== 'number') return [];
    const start = isMissingCell(cell) ? middle : Number(cell);
    const fill: Move | null = isMissingCell(cell)
      ? {
          ...{ column: k, cell: () => start, cost: 1, most: 1, isAny: false, after: null },
          shift: shiftOf(own, own.with(k, start)),
        }
      : null;
    const signs = fill !== null || freedom === 'any' ? [1, -1] : [freedom === 'up' ? 1 : -1];
    const isWhole = column.isWhole && Number.isInteger(start);
    const steps = signs.map((sign): Move => {
      const step = isWhole ? sign : sign * scale;
      return {
        ...{ column: k, cell: (amount: number) => start + amount * step, isAny: !isWhole, after: fill },
        ...{ cost: isWhole ? 1 / scale : 1, most: MOST_STEPS },
        shift: shiftOf(own.with(k, start), own.with(k, start + step)),
      };
    });
    return fill === null ? steps : [fill, ...steps.filter(({ isAny }) => isAny)];
  });
}

/** The cheapest moves that meet a constraint; null where none do. */
function cheapest(
  moves: readonly Move[],
  cells: Cells,
  own: Float64Array,
  { weights, least }: ScoreConstraint,
): Candidate | null {
  const gainOf = ({ shift }: Move): number => shift.reduce((sum, value, k) => sum + weights[k]! * value, 0);
  const need = own.reduce((left, value, k) => left - weights[k]! * value, least);
  const gains = new Map(moves.map((move) => [move, gainOf(move)]));
  const gain = (move: Move): number => gains.get(move) ?? 0;
  const useful = moves.filter((move) => gain(move) > 0);
  const fastest = (list: readonly Move[]): Move | null =>
    list.reduce<Move | null>((best, move) => (best === null || gain(move) > gain(best) ? move : best), null);
  // Of the values of one category that which gains most: they cost the same.
  const stepping = useful.filter(
    (move) =>
      !move.isAny &&
      !useful.some(
        (other) => other !== move && other.column === move.column && !other.isAny && gain(other) > gain(move),
      ),
  );
  const first = [...new Map(stepping.map((move) => [move.column, move])).values()];
  const free = fastest(useful.filter(({ isAny, after }) => isAny && after === null));
  const ways: readonly (Move | null)[] = [
    free,
    ...useful.filter(({ isAny, after }) => isAny && after !== null),
  ];
  const plans = ways.flatMap((way) => {
    const filled = way?.after ?? null;
    const items = first.filter(({ column }) => column !== filled?.column);
    const list = items.map((move): GainItem => ({ gain: gain(move), cost: move.cost, most: move.most }));
    const left = need - (filled === null ? 0 : gain(filled));
    const plan = cheapestGain(list, way === null ? 0 : gain(way), Math.max(left, Number.MIN_VALUE));
    if (plan === null) return [];
    const changed = [...cells];
    for (const [k, move] of items.entries())
      if (plan.steps[k]! > 0) changed[move.column] = move.cell(plan.steps[k]!);
    if (way !== null && (plan.rest > 0 || filled !== null))
      changed[way.column] = way.cell(plan.rest / gain(way));
    const last = plan.rest > 0 ? way : null;
    return [{ cells: changed, cost: plan.cost + (filled?.cost ?? 0), isProved: plan.isProved, last }];
  });
  const [best = null] = plans.toSorted((a, b) => a.cost - b.cost);
  return best;
}

/** A candidate to the last digit, as the model itself answers it. */
function settled(
  columns: readonly SearchedColumn[],
  own: Cells,
  { cells, cost, isProved, last }: Candidate,
  isWanted: (cells: Cells) => boolean,
): SearchOutcome {
  const lowerBound = Math.max(0, cost * (1 - ROUNDING) - ROUNDING * ROUNDING);
  const found = last === null ? (isWanted(cells) ? cells : null) : lastDigits(columns, cells, last, isWanted);
  if (found === null) return { method: 'linear', cells: null, lowerBound, isExact: false };
  const distance = rowDistance(columns, own, found);
  const isExact = isProved && distance - lowerBound <= READABLE_SHARE + ROUNDING * Math.max(1, distance);
  return { method: 'linear', cells: found, lowerBound, isExact };
}

/** The amount of a move at which the model first answers as wanted, as a number that is easy to read; null where it does at none near. */
function lastDigits(
  columns: readonly SearchedColumn[],
  cells: Cells,
  { column, cell }: Move,
  isWanted: (cells: Cells) => boolean,
): Cells | null {
  const { scale } = columns[column]!;
  const [start, aim] = [Number(cell(0)), Number(cells[column])];
  const sign = Math.sign(Number(cell(1)) - start);
  const at = (value: number): boolean => isWanted(cells.with(column, value));
  let good = aim;
  for (let k = 0; !at(good); k++) {
    if (k > 60) return null;
    good = aim + sign * Math.max(scale, Math.abs(aim)) * 2 ** (k - 50);
    if (Math.abs(good - aim) > READABLE_SHARE * scale) return null;
  }
  let bad = start;
  for (let middle = (good + bad) / 2; middle !== good && middle !== bad; middle = (good + bad) / 2)
    if (at(middle)) good = middle;
    else bad = middle;
  const readable = readableNumber(good, good + sign * READABLE_SHARE * scale);
  return cells.with(column, at(readable) ? readable : good);
}
