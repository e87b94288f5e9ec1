import type { ReadNote } from '../../model/description.ts';
import type { ModelStep } from '../../model/step.ts';
import type { StepBase, StepOrigin } from '../../model/step-base.ts';
import type { LabelSet, Matrix } from '../../model/tensor.ts';
import type { ReadBudget } from '../budget.ts';
import { notFitted, stepInvalid, stepUnsupported } from '../failure.ts';
import { chosenIterations } from '../iterations.ts';
import { isType, type PyArray, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toNumbers, toText } from './arrays.ts';
import { labelFault, toLabels } from './labels.ts';
import { show } from './show.ts';
import { densify } from './sparse.ts';
import type { SparseOutputs } from './sparse-output.ts';
import type { SklearnRelease } from './state.ts';

/** What a view asks of the reading that it is part of. */
export interface EstimatorReading {
  /** What is left of the limits of the file. */
  readonly budget: ReadBudget;
  /** Iterations of the model that predict, the first ones; null where that was not said. */
  readonly iterations: number | null;
  readonly sparse: SparseOutputs;
  step(value: PyValue, path: string, release?: SklearnRelease | null): ModelStep | null;
  required(value: PyValue, path: string, release: SklearnRelease | null): ModelStep;
  view(value: PyValue, path: string, release?: SklearnRelease | null): EstimatorView;
  repeat(items: number, origin: StepOrigin): void;
  note(level: ReadNote['level'], text: string): void;
  /** Which release of a library wrote a part that says so itself: the booster in a wrapper. */
  writtenBy(library: string, release: string | null): void;
}

/** Columns of any step: a count in a tiny file must not size anything (a vocabulary of n-grams has a million). */
export const MAX_FEATURES = 2 ** 21;

/**
 * Typed access to the attributes of one estimator. Every method takes all spellings an attribute ever had; failures
 * are coded errors that name field, finding, wish, path, class and byte offset.
 */
export class EstimatorView {
  readonly reading: EstimatorReading;
  readonly origin: StepOrigin;
  /** Release that wrote this estimator (or the nearest estimator around it that says), else null. */
  readonly release: SklearnRelease | null;
  readonly #attributes: ReadonlyMap<string, PyValue>;

  constructor(
    reading: EstimatorReading,
    origin: StepOrigin,
    attributes: ReadonlyMap<string, PyValue>,
    release: SklearnRelease | null,
  ) {
    this.reading = reading;
    this.origin = origin;
    this.release = release;
    this.#attributes = attributes;
  }

  /** Class name without its module. */
  get className(): string {
    return this.origin.class.slice(this.origin.class.lastIndexOf('.') + 1);
  }

  /** Whether the writer is at least release `major.minor`; a file that does not say is taken as new. */
  since(major: number, minor: number): boolean {
    const at = this.release;
    return at === null || at.major > major || (at.major === major && at.minor >= minor);
  }

  /** How many of the `held` iterations were chosen, or null; the estimator before the first of them has its own. Throws ITERATIONS_UNFIT. */
  chosenIterations(held: number): number | null {
    const { path } = this.origin;
    return path.split('.').includes('init_') ? null : chosenIterations(this.reading.iterations, held);
  }

  /** First attribute present under one of the names, else undefined. */
  get(...names: readonly string[]): PyValue | undefined {
    for (const name of names) {
      const value = this.#attributes.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  has(...names: readonly string[]): boolean {
    return this.get(...names) !== undefined;
  }

  /** As `get`; absent is MODEL_NOT_FITTED. */
  required(...names: readonly string[]): PyValue {
    const value = this.get(...names);
    if (value === undefined) throw notFitted(this.origin, names[0] ?? '');
    return value;
  }

  /** Number of a parameter or fitted attribute; `fallback` where it is absent. */
  number(name: string, fallback?: number): number {
    const value = fallback === undefined ? this.required(name) : this.get(name);
    if (value === undefined) return fallback!;
    const number = toNumber(value);
    if (number === null) throw this.invalid(name, show(value), 'a number');
    return number;
  }

  /** A count: a safe integer ≥ 0. */
  count(name: string, fallback?: number): number {
    const number = this.number(name, fallback);
    if (!Number.isSafeInteger(number) || number < 0) throw this.invalid(name, String(number), 'a count');
    return number;
  }

  /** Truth of a flag parameter; absent or None is `fallback`. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.get(name);
    if (value === undefined || value === null) return fallback;
    const number = toNumber(value);
    if (number === null) throw this.invalid(name, show(value), 'a bool');
    return number !== 0;
  }

  /** One of the strings this reader knows; anything else (callables too) is MODEL_UNSUPPORTED. */
  choice<const T extends string>(name: string, known: readonly T[], fallback?: T): T {
    const value = this.get(name);
    if (value === undefined && fallback !== undefined) return fallback;
    const text = toText(value);
    const found = known.find((one) => one === text);
    if (found === undefined)
      throw this.unsupported(
        name,
        show(value),
        known.map((one) => `'${one}'`).join(', ') + (known.length > 1 ? ' are' : ' is'),
      );
    return found;
  }

  /** Parameter that must be None (or absent) here. */
  mustBeNone(...names: readonly string[]): void {
    for (const name of names) {
      const value = this.get(name);
      if (value !== undefined && value !== null) throw this.unsupported(name, show(value), 'None is');
    }
  }

  array(...names: readonly [string, ...string[]]): PyArray {
    const value = this.required(...names);
    if (!isType(value, 'array')) throw this.invalid(names[0], show(value), 'an array');
    return value;
  }

  /** One-dimensional float64 vector (a scalar is a vector of one). */
  vector(name: string, length?: number): Float64Array {
    const value = this.required(name);
    const numbers = isType(value, 'array') && value.shape.length <= 1 ? toNumbers(value) : numbersOf(value);
    if (numbers === null) throw this.invalid(name, show(value), 'a vector of numbers');
    if (length !== undefined && numbers.length !== length)
      throw this.invalid(name, `${numbers.length} long`, `${length} long`);
    return numbers;
  }

  /** As `vector`; None or absent is null. */
  vectorOrNull(name: string, length?: number): Float64Array | null {
    const value = this.get(name);
    return value === undefined || value === null ? null : this.vector(name, length);
  }

  /** `[rows, cols]`; a vector is one row. Sparse matrices are made dense. */
  matrix(name: string, cols?: number): Matrix {
    const matrix = this.#matrixIn(name, this.required(name));
    if (cols !== undefined && matrix.cols !== cols)
      throw this.invalid(name, `${matrix.cols} wide`, `${cols} wide`);
    return matrix;
  }

  /** A list of matrices, each as `matrix` reads it. Charged to the budget: a list may hold one array many times. */
  matrices(name: string, count?: number): readonly Matrix[] {
    const items = this.items(name);
    if (count !== undefined && items.length !== count)
      throw this.invalid(name, `${items.length} arrays`, `${count} arrays`);
    return items.map((item, k) => {
      const cells = isType(item, 'array') ? item.shape.reduce((product, size) => product * size, 1) : 0;
      this.reading.budget.charge(8 * cells, name, this.origin.offset);
      return this.#matrixIn(`${name}[${k}]`, item);
    });
  }

  #matrixIn(name: string, value: PyValue): Matrix {
    return isType(value, 'array') ? this.#dense(name, value) : densify(value, this.origin, name);
  }

  #dense(name: string, array: PyArray): Matrix {
    const data = toNumbers(array);
    if (data === null && array.dtype.code === 'f')
      throw this.unsupported(name, show(array), 'numbers up to float64 are');
    if (data === null || array.shape.length < 1 || array.shape.length > 2)
      throw this.invalid(name, show(array), 'a matrix of numbers');
    const cols = array.shape.at(-1)!;
    return { rows: array.shape.length === 1 ? 1 : array.shape[0]!, cols, data };
  }

  labels(name: string): LabelSet {
    return this.toLabels(name, this.required(name));
  }

  toLabels(field: string, value: PyValue): LabelSet {
    const items = arrayItemsOf(value);
    const labels = items === null ? null : toLabels(items);
    if (labels === null)
      throw this.unsupported(
        field,
        `${show(value)}${labelFault(items)}`,
        'labels of one type (str, int, float or bool) are',
      );
    return labels;
  }

  /** Items of a list, tuple, set or one-dimensional array. */
  items(...names: readonly [string, ...string[]]): readonly PyValue[] {
    const value = this.required(...names);
    const items = arrayItemsOf(value);
    if (items === null) throw this.invalid(names[0], show(value), 'a list');
    return items;
  }

  /** View of the object held in an attribute, one step deeper in the path. */
  child(name: string): EstimatorView {
    return this.reading.view(this.required(name), this.pathTo(name), this.release);
  }

  /** Step held in an attribute; null after a recorded blocker. */
  step(name: string) {
    return this.reading.step(this.required(name), this.pathTo(name), this.release);
  }

  pathTo(name: string): string {
    return this.origin.path === '' ? name : `${this.origin.path}.${name}`;
  }

  /** Names of the columns this estimator was fitted on; null where the file does not say. */
  featureNames(): readonly string[] | null {
    const value = this.get('feature_names_in_');
    if (value === undefined || value === null) return null;
    const items = arrayItemsOf(value)?.map(toText);
    if (!items?.every((item) => item !== null))
      throw this.invalid('feature_names_in_', show(value), 'column names');
    return items;
  }

  /** Common fields of every step. `features` is what the fitted arrays say; it must agree with `n_features_in_`. */
  base(features: number | null = null): StepBase {
    const stated = this.get('n_features_in_', 'n_features_', '_n_features');
    const width = stated === undefined || stated === null ? null : toNumber(stated);
    if (width !== null && (!Number.isSafeInteger(width) || width < 0))
      throw this.invalid('n_features_in_', show(stated), 'a count');
    if (features !== null && (!Number.isSafeInteger(features) || features < 0))
      throw this.invalid('the number of columns', String(features), 'a count');
    if (Math.max(width ?? 0, features ?? 0) > MAX_FEATURES)
      throw this.unsupported(
        'n_features_in_',
        `${width ?? features} columns`,
        `up to ${MAX_FEATURES} columns are`,
      );
    if (width !== null && features !== null && width !== features)
      throw this.invalid('n_features_in_', String(width), `${features}, as the fitted arrays say`);
    const names = this.featureNames();
    const count = features ?? width ?? names?.length ?? null;
    if (names !== null && count !== null && names.length !== count)
      throw this.invalid('feature_names_in_', `${names.length} names`, `${count} names`);
    return { origin: this.origin, features: count, featureNames: names };
  }

  invalid(field: string, found: string, wanted: string) {
    return stepInvalid(this.origin, field, found, wanted);
  }

  unsupported(field: string, found: string, wanted: string) {
    return stepUnsupported(this.origin, field, found, wanted);
  }
}

function numbersOf(value: PyValue): Float64Array | null {
  const single = toNumber(value);
  if (single !== null) return Float64Array.of(single);
  const items = isType(value, 'array') ? null : arrayItemsOf(value)?.map(toNumber);
  return items?.every((item) => item !== null) ? Float64Array.from(items) : null;
}
