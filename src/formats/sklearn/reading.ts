import { blockerOf, type CompileBlocker } from '../../model/blocker.ts';
import type { ReadNote } from '../../model/description.ts';
import type { ModelStep } from '../../model/step.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import type { ReadBudget } from '../budget.ts';
import { stepUnsupported } from '../failure.ts';
import { elementsOf } from '../numpy/decode.ts';
import { objectState } from '../pickle/access.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { globalName, show } from './show.ts';
import { SparseOutputs } from './sparse-output.ts';
import { releaseOf, type SklearnRelease } from './state.ts';
import { unreadClass } from './unread-class.ts';
import { type EstimatorReading, EstimatorView } from './view.ts';

/**
 * Reads one fitted estimator into a step. `null` means that a blocker was recorded and the reading went on, so that
 * one pass lists every blocker of a file.
 */
export type Reader = (view: EstimatorView) => ModelStep | null;

/** Nesting of estimators in estimators; the deepest real pipelines have about six. */
const MAX_DEPTH = 64;
/** Estimators in one file, counted with repetition: shared references must not multiply the work (weight 1 each). */
const MAX_ESTIMATORS = 200_000;

/**
 * Items that a file may have read out of proportion to its size: of containers shared by several estimators (from the
 * second reading on), and columns that its selections come to.
 */
const MAX_REPEATED = 2 ** 24;
/** Blockers listed; nobody reads more, and estimators that hold each other give them without end. */
const MAX_BLOCKERS = 1000;

/** One pass over one file: how classes are read, and what was found on the way. */
export class Reading implements EstimatorReading {
  readonly blockers: CompileBlocker[] = [];
  readonly notes: ReadNote[] = [];
  /** Releases of libraries by what the parts of the file say. */
  readonly releases = new Map<string, string>();
  readonly budget: ReadBudget;
  readonly iterations: number | null;
  readonly sparse = new SparseOutputs();
  readonly #lookup: (className: string) => Reader | null;
  #depth = 0;
  #count = 0;
  readonly #seen = new Set<PyValue>();
  #repeated = 0;

  constructor(
    lookup: (className: string) => Reader | null,
    budget: ReadBudget,
    iterations: number | null = null,
  ) {
    this.#lookup = lookup;
    this.budget = budget;
    this.iterations = iterations;
  }

  /** The estimator at `path`, or null after recording why it can't be read. Throws MODEL_INVALID for corrupt state. */
  step(value: PyValue, path: string, release: SklearnRelease | null = null): ModelStep | null {
    try {
      return this.#read(this.view(value, path, release));
    } catch (error) {
      this.record(error);
      return null;
    }
  }

  /** As `step`, for parts without which the rest can't be read: throws what `step` would record. */
  required(value: PyValue, path: string, release: SklearnRelease | null): ModelStep {
    const view = this.view(value, path, release);
    const step = this.#read(view);
    if (step === null)
      throw stepUnsupported(view.origin, 'a part of it', 'not supported', 'every part has to be');
    return step;
  }

  /** Attribute access to an estimator; throws MODEL_UNSUPPORTED for anything that is not an object record. */
  view(value: PyValue, path: string, release: SklearnRelease | null = null): EstimatorView {
    if (!isType(value, 'object')) {
      const origin = { path, class: kindOf(value), offset: offsetOf(value) };
      throw stepUnsupported(origin, 'the value', show(value), 'one fitted scikit-learn estimator is');
    }
    const origin: StepOrigin = { path, class: globalName(value.cls), offset: value.offset };
    this.#count += 1;
    if (this.#count > MAX_ESTIMATORS)
      throw stepUnsupported(
        origin,
        'the estimator',
        `number ${this.#count}`,
        `at most ${MAX_ESTIMATORS} are`,
      );
    const attributes = objectState(value);
    this.#noteShared(attributes, origin);
    return new EstimatorView(this, origin, attributes, releaseOf(attributes) ?? release);
  }

  /** Counts items that the size of the file does not bound; throws MODEL_UNSUPPORTED where they are too many. */
  repeat(items: number, origin: StepOrigin): void {
    this.#repeated += items;
    if (this.#repeated > MAX_REPEATED) {
      const found = `${this.#repeated} items through shared values and selections`;
      throw stepUnsupported(origin, 'the size', found, `at most ${MAX_REPEATED} are`);
    }
  }

  /** Every estimator copies what it reads: a small file could share one large array among thousands. */
  #noteShared(attributes: ReadonlyMap<string, PyValue>, origin: StepOrigin): void {
    for (const value of attributes.values()) {
      // Trees and sparse matrices are no estimators: their arrays are read as part of this one.
      const inner = isType(value, 'object') && PARTS.test(globalName(value.cls)) ? objectState(value) : null;
      for (const one of inner?.values() ?? [value]) {
        if (this.#seen.has(one)) this.repeat(sizeOf(one), origin);
        else if (sizeOf(one) > 0) this.#seen.add(one);
      }
    }
  }

  note(level: ReadNote['level'], text: string): void {
    if (!this.notes.some((known) => known.text === text)) this.notes.push({ level, text });
  }

  writtenBy(library: string, release: string | null): void {
    if (release !== null && !this.releases.has(library)) this.releases.set(library, release);
  }

  #read(view: EstimatorView): ModelStep | null {
    const reader = this.#lookup(view.origin.class);
    if (reader === null) {
      const { found, wanted } = unreadClass(view.origin.class);
      throw stepUnsupported(view.origin, 'the class', found, wanted);
    }
    if (this.#depth >= MAX_DEPTH)
      throw stepUnsupported(
        view.origin,
        'nesting',
        `deeper than ${MAX_DEPTH}`,
        `at most ${MAX_DEPTH} levels are`,
      );
    this.#depth += 1;
    try {
      return reader(view);
    } finally {
      this.#depth -= 1;
    }
  }

  /** Keeps a blocker; throws everything that is not one. */
  record(error: unknown): void {
    const blocker = blockerOf(error);
    if (this.blockers.length < MAX_BLOCKERS) this.blockers.push(blocker);
  }
}

const PARTS = /\.Tree$|^scipy\.sparse\./;

/** Items of an array or container, else 0. */
function sizeOf(value: PyValue): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0;
  if (value.type === 'array') return elementsOf(value);
  if (value.type === 'dict') return value.entries.length;
  return value.type !== 'object' && 'items' in value ? value.items.length : 0;
}

const kindOf = (value: PyValue): string => {
  if (value === null) return 'None';
  if (typeof value === 'string') return 'str';
  if (typeof value !== 'object') return typeof value === 'boolean' ? 'bool' : 'int';
  return value instanceof Uint8Array ? 'bytes' : value.type === 'array' ? 'numpy.ndarray' : value.type;
};

const offsetOf = (value: PyValue): number =>
  typeof value === 'object' && value !== null && 'offset' in value ? value.offset : 0;
