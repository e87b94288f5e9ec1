import { elementAt } from '../../core/element-at.ts';
import { nextUp32 } from '../../core/float.ts';
import { partsOfExpression } from '../../model/arithmetic.ts';
import type { ColumnCategories } from '../../model/encoding.ts';
import { pmmlBoundaries, pmmlRanges } from '../../model/pmml/boundaries.ts';
import type { ModelStep, StepKind, StepOf, TreeEnsembleStep } from '../../model/step.ts';
import { partsOf, transformWidth, triedNumbers } from '../../model/step-inference.ts';
import { triedCategories } from './categories.ts';

/**
 * Follows each input column through the steps of a model, to learn which input values sit on its boundaries:
 * thresholds, categories, missing markers, centres. Pure.
 */

/** A step's input column that is an invertible image of an input column of the whole model. */
export interface ColumnTrace {
  readonly column: number;
  /** Input value whose image is `value` (approximately, where rounding intervenes). */
  readonly invert: (value: number) => number;
}

/** Numbers from `low` to `high`, which are inside, or whole numbers alone. */
export interface NumberRange {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
}

export interface ColumnInterest {
  /** Set where the column holds counts: below zero the library's own answer depends on how zeros are stored. */
  counts: boolean;
  /** Numbers that the column takes; null where it takes all. */
  range: NumberRange | null;
  readonly numbers: Set<number>;
  readonly strings: Set<string>;
  readonly words: Set<string>;
}

export interface BoundaryInterests {
  readonly columns: readonly ColumnInterest[];
  /** Every ensemble met, with the traces of its inputs. */
  readonly ensembles: { readonly step: TreeEnsembleStep; readonly traces: readonly (ColumnTrace | null)[] }[];
}

type Traces = readonly (ColumnTrace | null)[];
type Visitor<K extends StepKind> = (step: StepOf<K>, traces: Traces, found: BoundaryInterests) => Traces;

/** Words kept of a vocabulary: enough for every n-gram shape, cheap for any size. */
const WORDS_MAX = 500;

/** Collects the interests of `root` over a model of `width` input columns. */
export function interestsOf(root: ModelStep, width: number): BoundaryInterests {
  const found: BoundaryInterests = {
    columns: Array.from({ length: width }, () => ({
      counts: false,
      range: null,
      numbers: new Set(),
      strings: new Set(),
      words: new Set(),
    })),
    ensembles: [],
  };
  visit(
    root,
    Array.from({ length: width }, (_, column) => ({ column, invert: (value: number) => value })),
    found,
  );
  return found;
}

function visit(step: ModelStep, traces: Traces, found: BoundaryInterests): Traces {
  const visitor = VISITORS[step.kind] as Visitor<StepKind> | undefined;
  return visitor === undefined ? visitAny(step, traces, found) : visitor(step as never, traces, found);
}

/** By what the kind says of itself. */
function visitAny(step: ModelStep, traces: Traces, found: BoundaryInterests): Traces {
  for (const [j, numbers] of triedNumbers(step).entries()) note(traces[j], found, numbers);
  for (const { step: part } of partsOf(step)) visit(part, traces, found);
  return opaque(transformWidth(step, traces.length) ?? 0);
}

const opaque = (width: number): Traces => new Array<null>(width).fill(null);

function note(
  trace: ColumnTrace | null | undefined,
  found: BoundaryInterests,
  values: Iterable<number>,
): void {
  if (!trace) return;
  const numbers = elementAt(found.columns, trace.column).numbers;
  for (const value of values) numbers.add(trace.invert(value));
}

function noteMissing(
  { missingNumber }: { readonly missingNumber?: number },
  traces: Traces,
  found: BoundaryInterests,
): void {
  if (missingNumber !== undefined) for (const trace of traces) note(trace, found, [missingNumber]);
}

/** Composes an affine step `y = f(x)`, given the inverse of f for column j. */
const through = (traces: Traces, inverse: (value: number, column: number) => number): Traces =>
  traces.map(
    (trace, j) => trace && { column: trace.column, invert: (value) => trace.invert(inverse(value, j)) },
  );

function noteCategories(
  trace: ColumnTrace | null | undefined,
  categories: ColumnCategories,
  found: BoundaryInterests,
): void {
  if (categories.type === 'number')
    note(
      trace,
      found,
      categories.values.filter((value) => !Number.isNaN(value)),
    );
  if (categories.type === 'bool') note(trace, found, [0, 1]);
  if (categories.type === 'string' && trace) {
    for (const value of categories.values)
      if (value !== null) elementAt(found.columns, trace.column).strings.add(value);
  }
}

function visitScalers(
  step: StepOf<'standard-scaler' | 'robust-scaler'>,
  traces: Traces,
  found: BoundaryInterests,
): Traces {
  const shift = step.kind === 'standard-scaler' ? step.mean : step.center;
  const scale = step.scale;
  const out = through(
    traces,
    (value, j) => value * (scale ? elementAt(scale, j) : 1) + (shift ? elementAt(shift, j) : 0),
  );
  for (const trace of out) note(trace, found, [-1, 0, 1]);
  return out;
}

/** Thresholds and points of the fields that are cells as they came; other fields are computed from those. */
function visitPmml(step: StepOf<'pmml'>, traces: Traces, found: BoundaryInterests): Traces {
  for (const { column, ...range } of pmmlRanges(step)) {
    const trace = traces[column];
    if (trace) elementAt(found.columns, trace.column).range = range;
  }
  for (const { column, value } of pmmlBoundaries(step)) {
    if (typeof value === 'number') note(traces[column], found, [value]);
    else if (typeof value === 'string') found.columns[traces[column]?.column ?? -1]?.strings.add(value);
  }
  return opaque(1);
}

/** How far from a number that is refused others are tried. */
const INSIDE = 1e-6;

/** What becomes of cells by themselves: edges and caps; and the numbers that a formula takes. */
function visitArithmetic(step: StepOf<'arithmetic'>, traces: Traces, found: BoundaryInterests): Traces {
  for (const part of step.columns.flatMap(partsOfExpression)) {
    if (!('of' in part) || part.of.kind !== 'column') continue;
    const trace = traces[part.of.column];
    if (part.kind === 'clip') note(trace, found, [part.low, part.high].filter(Number.isFinite));
    if (part.kind === 'interval') note(trace, found, part.edges.filter(Number.isFinite));
    if (part.kind === 'sign') note(trace, found, [0]);
  }
  for (const { column, low, high, excluded } of step.domains) {
    const trace = traces[column];
    // Where a number inside is refused, those above it stand for all.
    const lowest = excluded === null ? low : Math.max(low, excluded + INSIDE);
    if (trace) elementAt(found.columns, trace.column).range = { low: lowest, high, whole: false };
  }
  return opaque(step.columns.length);
}

/** Kinds of which columns can be followed, or which try more than numbers. */
const VISITORS: { readonly [K in StepKind]?: Visitor<K> } = {
  pipeline: (step, traces, found) => step.steps.reduce((now, { step }) => visit(step, now, found), traces),
  'column-transformer': (step, traces, found) =>
    step.branches.flatMap((branch) => {
      const selected = branch.columns.map((column) => traces[column] ?? null);
      return branch.step ? visit(branch.step, selected, found) : selected;
    }),
  'feature-union': (step, traces, found) =>
    step.branches.flatMap((branch) => visit(branch.step, traces, found)),
  'standard-scaler': visitScalers,
  'robust-scaler': visitScalers,
  'min-max-scaler': (step, traces, found) => {
    const out = through(traces, (value, j) => (value - elementAt(step.min, j)) / elementAt(step.scale, j));
    for (const trace of out) note(trace, found, step.clip ?? [0, 1]);
    return out;
  },
  'max-abs-scaler': (step, traces, found) => {
    const out = through(traces, (value, j) => value * elementAt(step.scale, j));
    for (const trace of out) note(trace, found, [-1, 0, 1]);
    return out;
  },
  function: (step, traces, found) => {
    for (const trace of traces) note(trace, found, [0.5, 1, 2]);
    return step.function === 'identity' ? traces : opaque(traces.length);
  },
  arithmetic: visitArithmetic,
  'one-hot': (step, traces, found) => {
    step.columns.forEach((column, j) => noteCategories(traces[j], column.categories, found));
    return opaque(step.columns.reduce((width, column) => width + column.width, 0));
  },
  'category-table': (step, traces, found) => {
    step.columns.forEach((column, j) => noteCategories(traces[j], column.categories, found));
    return opaque(step.columns.reduce((width, column) => width + column.width, 0));
  },
  'label-encoder': (step, traces, found) => {
    const { classes } = step;
    if (classes.type === 'string')
      noteCategories(traces[0], { type: 'string', values: classes.values }, found);
    else note(traces[0], found, classes.values.map(Number));
    return opaque(1);
  },
  'simple-imputer': (step, traces, found) => {
    const { missing, fill } = step;
    const complete = new Set(step.complete);
    fill.forEach((value, j) => {
      if (typeof value === 'number') note(traces[j], found, [value]);
      if (complete.has(j)) return;
      const trace = traces[j];
      if (typeof value === 'string' && trace) elementAt(found.columns, trace.column).strings.add(value);
      if (missing.kind === 'string' && trace)
        elementAt(found.columns, trace.column).strings.add(missing.value);
      if (missing.kind === 'number') note(trace, found, [missing.value]);
    });
    return [...traces.filter((_, j) => fill[j] !== null), ...opaque(step.indicators.length)];
  },
  'value-domain': (step, traces, found) => {
    for (const [j, { valid, missing }] of step.columns.entries()) {
      const trace = traces[j];
      if (valid.type !== 'interval') noteCategories(trace, valid, found);
      else {
        const { low, high, outliers } = valid;
        note(trace, found, [low, high, outliers?.low ?? low, outliers?.high ?? high].filter(Number.isFinite));
      }
      for (const marker of missing) {
        if (marker.kind === 'number') note(trace, found, [marker.value]);
        if (marker.kind === 'string' && trace)
          elementAt(found.columns, trace.column).strings.add(marker.value);
      }
    }
    return traces;
  },
  'count-vectorizer': (step, traces, found) => {
    const trace = traces[0];
    const stride = Math.max(1, Math.floor(step.vocabulary.length / WORDS_MAX));
    if (trace) {
      const { words } = elementAt(found.columns, trace.column);
      for (let j = 0; j < step.vocabulary.length; j += stride) words.add(elementAt(step.vocabulary, j));
      for (const word of step.stopWords.slice(0, 20)) words.add(word);
    }
    return opaque(step.vocabulary.length);
  },
  'hashing-vectorizer': (step, traces, found) => {
    const trace = traces[0];
    if (trace)
      for (const word of step.stopWords.slice(0, 20)) elementAt(found.columns, trace.column).words.add(word);
    return opaque(step.columns);
  },
  tfidf: (_step, traces, found) => {
    for (const trace of traces) if (trace) elementAt(found.columns, trace.column).counts = true;
    return opaque(traces.length);
  },
  'linear-booster': (step, traces, found) => {
    noteMissing(step, traces, found);
    return opaque(step.weights.rows);
  },
  'tree-ensemble': (step, traces, found) => {
    found.ensembles.push({ step, traces });
    noteMissing(step, traces, found);
    if (step.base.kind === 'estimator') visit(step.base.step, traces, found);
    return opaque(step.scores);
  },
  catboost: (step, traces, found) => {
    for (const column of step.categories) {
      const trace = traces[column];
      if (!trace) continue;
      for (const category of triedCategories(step, column))
        found.columns[trace.column]?.strings.add(category);
    }
    for (const { column, borders } of step.floats) {
      note(traces[column], found, borders);
      note(
        traces[column],
        found,
        Array.from(borders, (border) => nextUp32(border)),
      );
    }
    return opaque(step.dimensions);
  },
  pmml: visitPmml,
};
