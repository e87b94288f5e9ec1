import { isPlimsollError } from '../../../core/errors.ts';
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

class InputSearch {
  readonly #model: ScriptModel;
  readonly #takesSteps: boolean;
  readonly #open: OpenGuess[] = [];
  readonly #learned = new Map<string, number>();
  #first: unknown = null;
  #runs = 0;

  constructor(model: ScriptModel, takesSteps: boolean) {
    this.#model = model;
    this.#takesSteps = takesSteps;
  }

  run(): OnnxModel {
    const made = this.#fitting(0);
    if (made === null) throw inputRefusal(this.#first);
    this.#requireOnly();
    return made;
  }

  /** An input of which no size is known is what was found only where no other number of axes fits. */
  #requireOnly(): void {
    const found = this.#guesses();
    const isUnsaid = ({ input, isVague }: OpenGuess): boolean => {
      const { dtype, shape } = found.get(input) ?? { dtype: '', shape: [] };
      // Whole numbers are wanted by a layer of tokens, whose axes are told.
      return isVague && dtype === 'float32' && !shape.some((size) => typeof size === 'number');
    };
    const [first, last] = [this.#open.findIndex(isUnsaid), this.#open.findLastIndex(isUnsaid)];
    if (first < 0) return;
    const unsaid = this.#open.slice(first).filter(isUnsaid);
    this.#open.length = last + 1;
    while (this.#advance(first) && this.#fitting(first) !== null) {
      const others = this.#guesses();
      for (const { input } of unsaid) {
        const [own, other] = [found.get(input), others.get(input)];
        // Nobody means the first states of a recurrent layer by what no such layer takes.
        const isStates = other?.shape[0] !== BATCH;
        if (!isStates && own?.dtype === other?.dtype && own?.shape.length !== other?.shape.length)
          throw unsaidInputs({ file: `input "${input}"`, line: 0 }, 'said by none of its operators');
      }
    }
  }

  /** The next guesses that fit, with those before `from` as they are; null where there are none. */
  #fitting(from: number): OnnxModel | null {
    for (; this.#runs < RUNS; this.#runs += 1) {
      try {
        return attemptScript(this.#model, this.#guesses());
      } catch (error) {
        if (!this.#next(error, from)) return null;
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

  /** Takes in what a run has found out; says whether there is another one. */
  #next(error: unknown, from: number): boolean {
    if (error instanceof SizeLearned) {
      this.#learned.set(error.symbol, error.size);
      return true;
    }
    if (error instanceof InputWanted) {
      const { input, isVague } = error;
      const guesses = isVague && this.#takesSteps ? error.guesses.toSorted(stepsFirst) : error.guesses;
      this.#open.push({ input, options: guesses.map((guess) => this.#named(guess, input)), isVague, at: 0 });
      return true;
    }
    // A refusal by an operator says more than a guess that did not fit.
    if (this.#first === null || (isPlimsollError(error) && !isPlimsollError(this.#first)))
      this.#first = error;
    if (!isAboutInputs(error)) throw error;
    return this.#advance(from);
  }

  /** The next guess, of the last input that has one, but of none before `from`. */
  #advance(from: number): boolean {
    this.#learned.clear();
    while (this.#open.length > from) {
      const last = this.#open.at(-1);
      if (last === undefined) return false;
      last.at += 1;
      if (last.at < last.options.length) return true;
      this.#open.pop();
    }
    return false;
  }

  /** Names of free sizes are those of one input where there are several. */
  #named(guess: InputGuess, input: string): InputGuess {
    if (this.#model.signature.names.length < 2) return guess;
    const shape = guess.shape.map((size) =>
      typeof size === 'string' && size !== BATCH ? `${input}_${size}` : size,
    );
    return { ...guess, shape };
  }
}
