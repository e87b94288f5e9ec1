import type { DType } from '../../../model/tensor.ts';
import type { TensorSize } from '../aten/value.ts';
import type { ScriptPlace } from './value.ts';

/** What an input is taken to be: a type, and axes of known or free sizes. */
export interface InputGuess {
  readonly dtype: DType;
  readonly shape: readonly TensorSize[];
}

/** Something needs to know how many axes an input has: the run ends, and starts again with one guess after the other. */
export class InputWanted extends Error {
  readonly input: string;
  readonly guesses: readonly InputGuess[];
  /** Whether the guesses are those for anything: then something else has to say a size of it. */
  readonly isVague: boolean;

  constructor(input: string, guesses: readonly InputGuess[], isVague = false) {
    super(`the axes of "${input}"`);
    this.input = input;
    this.guesses = guesses;
    this.isVague = isVague;
  }
}

/** An operator takes one size of a free axis alone: the run starts again with that size. */
export class SizeLearned extends Error {
  readonly symbol: string;
  readonly size: number;

  constructor(symbol: string, size: number) {
    super(`${symbol} is ${size}`);
    this.symbol = symbol;
    this.size = size;
  }
}

/** What inputs are taken to be cannot be so: the next guess is tried. */
export class GuessFailed extends Error {
  readonly place: ScriptPlace;

  constructor(place: ScriptPlace, reason: string) {
    super(reason);
    this.place = place;
  }
}

/** The free size of the first axis: no operator may want a number of it. */
export const BATCH = 'N';

/** Inputs as one run takes them, and what it may learn of their sizes. */
export class ScriptInputs {
  readonly #guesses: ReadonlyMap<string, InputGuess>;
  readonly #symbols: ReadonlySet<string>;

  constructor(guesses: ReadonlyMap<string, InputGuess>) {
    this.#guesses = guesses;
    this.#symbols = new Set(
      [...guesses.values()].flatMap(({ shape }) => shape.filter((size) => typeof size === 'string')),
    );
  }

  /** What an input is taken to be; undefined while nothing has said anything. */
  get(name: string): InputGuess | undefined {
    return this.#guesses.get(name);
  }

  /** A size must be so many. Throws SizeLearned for a free one, GuessFailed for another number. */
  require(found: TensorSize, wanted: number, place: ScriptPlace): void {
    if (found === wanted) return;
    if (typeof found === 'number') throw new GuessFailed(place, `a size of ${found}, not ${wanted}`);
    // A size that operators made is checked by the runtime.
    if (!this.#symbols.has(found)) return;
    if (found === BATCH) throw new GuessFailed(place, `the batch, not ${wanted}`);
    throw new SizeLearned(found, wanted);
  }

  /** Two sizes must be one: the batch is none of the other axes. */
  requireSame(a: string, b: string, place: ScriptPlace): void {
    const isMixed = (a === BATCH) !== (b === BATCH) && this.#symbols.has(a) && this.#symbols.has(b);
    if (isMixed) throw new GuessFailed(place, `the batch beside ${a === BATCH ? b : a}`);
  }

  wrong(place: ScriptPlace, reason: string): never {
    throw new GuessFailed(place, reason);
  }
}
