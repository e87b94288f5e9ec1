import { isPlimsollError, type PlimsollError } from '../../../core/errors.ts';
import type { OnnxModel } from '../../../onnx/graph.ts';
import { attemptScript, inputRefusal, isAboutInputs, type ScriptModel, unsaidInputs } from './attempt.ts';
import { BATCH, type InputGuess, InputWanted, SizeLearned } from './inputs.ts';

/** Runs until all sizes are known: a few for each input. */
const RUNS = 300;

/** One input of which nothing is known: what it may be, and which of it is tried. */
interface OpenGuess {
  readonly input: string;
  readonly options: readonly InputGuess[];
  readonly isVague: boolean;
  at: number;
}

/**
 * A model of which nothing says what it takes, but its first layers: the code is followed with one guess after the other,
 * until all operators agree with what they are given.
 *
 * @param takesSteps whether it is for batches of steps: three axes are then likelier than two, which such code takes as well
 */
export function compileGuessed(model: ScriptModel, takesSteps: boolean): OnnxModel {
  return new InputSearch(model, takesSteps).run();
}

const stepsFirst = (a: InputGuess, b: InputGuess): number =>
  Number(b.shape.length === 3) - Number(a.shape.length === 3);

/** Everything fits, and nothing says that nothing else would. */
class Unsaid extends Error {
  readonly refusal: PlimsollError;

  constructor(refusal: PlimsollError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

class InputSearch {
  readonly #model: ScriptModel;
  readonly #takesSteps: boolean;
  readonly #open: OpenGuess[] = [];
  readonly #learned = new Map<string, number>();
  #first: unknown = null;

  constructor(model: ScriptModel, takesSteps: boolean) {
    this.#model = model;
    this.#takesSteps = takesSteps;
  }

  run(): OnnxModel {
    for (let i = 0; i < RUNS; i += 1) {
      const guesses = this.#guesses();
      try {
        const made = attemptScript(this.#model, guesses);
        this.#requireSaid(guesses);
        return made;
      } catch (error) {
        if (error instanceof Unsaid) throw error.refusal;
        this.#next(error);
      }
    }
    throw inputRefusal(this.#first);
  }

  #guesses(): ReadonlyMap<string, InputGuess> {
    return new Map(
      this.#open.flatMap(({ input, options, at }) => {
        const guess = options[at];
        if (guess === undefined) return [];
        const shape = guess.shape.map((size) =>
          typeof size === 'string' ? (this.#learned.get(size) ?? size) : size,
        );
        return [[input, { dtype: guess.dtype, shape }] as const];
      }),
    );
  }

  /** Takes in what a run has found out. */
  #next(error: unknown): void {
    if (error instanceof SizeLearned) {
      this.#learned.set(error.symbol, error.size);
      return;
    }
    if (error instanceof InputWanted) {
      const { input, isVague } = error;
      const guesses = isVague && this.#takesSteps ? error.guesses.toSorted(stepsFirst) : error.guesses;
      this.#open.push({ input, options: guesses.map((guess) => this.#named(guess, input)), isVague, at: 0 });
      return;
    }
    // A refusal by an operator says more than a guess that did not fit.
    if (this.#first === null || (isPlimsollError(error) && !isPlimsollError(this.#first)))
      this.#first = error;
    if (!isAboutInputs(error)) throw error;
    this.#learned.clear();
    for (let last = this.#open.at(-1); last !== undefined; last = this.#open.at(-1)) {
      last.at += 1;
      if (last.at < last.options.length) return;
      this.#open.pop();
    }
    throw inputRefusal(this.#first);
  }

  /** Names of free sizes are those of one input where there are several. */
  #named(guess: InputGuess, input: string): InputGuess {
    if (this.#model.signature.names.length < 2) return guess;
    const shape = guess.shape.map((size) =>
      typeof size === 'string' && size !== BATCH ? `${input}_${size}` : size,
    );
    return { ...guess, shape };
  }

  /** An input may be anything of which nothing says a size, and nothing rules out what it was first taken to be. */
  #requireSaid(guesses: ReadonlyMap<string, InputGuess>): void {
    for (const { input, isVague, at } of this.#open)
      if (isVague && at === 0 && !guesses.get(input)?.shape.some((size) => typeof size === 'number'))
        throw new Unsaid(
          unsaidInputs({ file: `input "${input}"`, line: 0 }, 'said by none of its operators'),
        );
  }
}
