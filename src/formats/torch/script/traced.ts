import type { OnnxModel } from '../../../onnx/graph.ts';
import type { TensorSize } from '../aten/value.ts';
import { attemptScript, inputRefusal, isAboutInputs, type ScriptModel } from './attempt.ts';
import { BATCH, type InputGuess, SizeLearned } from './inputs.ts';
import type { RecordedInputs } from './signature.ts';

/**
 * A traced model: it was recorded what it was traced with. Which sizes are free is found by trial: the code is followed
 * with other sizes, larger and smaller ones, and each operator checks what it is given.
 */
export function compileTraced(model: ScriptModel, recorded: RecordedInputs): OnnxModel {
  const inputs = namedAxes(recorded);
  const fixed = attempt(model, (symbol) => inputs.sizes.get(symbol) ?? symbol, inputs.guesses);
  if (fixed instanceof Refusal) throw inputRefusal(fixed.error);
  const isLarge = fixed.graph.nodes.length > LARGE || inputs.sizes.size > SIZES;
  for (const free of freeSizes(model, inputs, isLarge)) {
    const made = attempt(
      model,
      (symbol) => (free.includes(symbol) ? symbol : (inputs.sizes.get(symbol) ?? symbol)),
      inputs.guesses,
    );
    if (!(made instanceof Refusal)) return made;
  }
  return fixed;
}

/** Nodes of a graph, and sizes, above which not each size is tried by itself: the code is followed anew each time. */
const LARGE = 3000;
const SIZES = 16;

/** Recorded inputs with symbols for their sizes, and how long each was. */
interface NamedAxes {
  readonly guesses: ReadonlyMap<string, InputGuess>;
  readonly sizes: ReadonlyMap<string, number>;
}

const AXES: Readonly<Record<number, readonly string[]>> = {
  2: [BATCH, 'length'],
  3: [BATCH, 'length', 'features'],
  4: [BATCH, 'channels', 'height', 'width'],
  5: [BATCH, 'channels', 'depth', 'height', 'width'],
};

/**
 * Names for axes. One of length 1 may be there to be stretched, and keeps it. What is as long in several inputs has one
 * name, but not twice in one of them: a picture may be as high as it is wide.
 */
function namedAxes(recorded: RecordedInputs): NamedAxes {
  const sizes = new Map<string, number>();
  const [first] = recorded.values();
  const batch = first?.shape[0];
  if (batch !== undefined) sizes.set(BATCH, batch);
  const guesses = [...recorded].map(([name, { dtype, shape }]) => {
    const taken = new Set<string>();
    const named = shape.map((size, axis): TensorSize => {
      if (axis === 0 ? size !== batch && size < 2 : size < 2) return size;
      const symbol = axisName(sizes, taken, size, axis, shape.length);
      taken.add(symbol);
      sizes.set(symbol, size);
      return symbol;
    });
    return [name, { dtype, shape: named }] as const;
  });
  return { guesses: new Map(guesses), sizes };
}

/** A name that an axis of that length has already, or a new one. */
function axisName(
  sizes: ReadonlyMap<string, number>,
  taken: ReadonlySet<string>,
  size: number,
  axis: number,
  rank: number,
): string {
  const alike = [...sizes].filter(([symbol, length]) => length === size && !taken.has(symbol));
  const known = alike.find(([symbol]) => axis === 0 || symbol !== BATCH) ?? alike[0];
  if (known !== undefined && (axis !== 0 || known[0] === BATCH || !sizes.has(BATCH))) return known[0];
  const stem = axis === 0 ? 'first' : (AXES[rank]?.[axis] ?? 'size');
  if (!sizes.has(stem)) return stem;
  for (let i = 1; ; i += 1) if (!sizes.has(`${stem}_${i}`)) return `${stem}_${i}`;
}

/**
 * Other lengths that axes are tried with. Larger ones fit nets that halve what they get; smaller ones fit where a table of
 * places has an end.
 */
const TRIALS: readonly (readonly ((size: number) => number)[])[] = [
  [(size) => size * 2, (size) => size * 3],
  [(size) => size - 1, (size) => Math.ceil(size / 2)],
];

/** Sets of sizes that were seen to be free, the largest first. */
function* freeSizes(model: ScriptModel, inputs: NamedAxes, isLarge: boolean): Generator<readonly string[]> {
  const fits = (symbols: readonly string[], change: (size: number) => number): boolean => {
    const sizeOf = (symbol: string): number => {
      const size = inputs.sizes.get(symbol) ?? 1;
      return symbols.includes(symbol) ? Math.max(1, change(size)) : size;
    };
    return !(attempt(model, sizeOf, inputs.guesses) instanceof Refusal);
  };
  const isFree = (symbols: readonly string[]): boolean =>
    TRIALS.some((trial) => trial.every((change) => fits(symbols, change)));
  const all = [...inputs.sizes.keys()];
  if (isFree(all)) yield all;
  else {
    const some = (isLarge ? [BATCH] : all).filter((symbol) => isFree([symbol]));
    if (some.length > 1) yield some;
    if (!some.includes(BATCH)) return;
  }
  yield [BATCH];
}

/** Why sizes do not fit. */
class Refusal {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

function attempt(
  model: ScriptModel,
  sizeOf: (symbol: string) => TensorSize,
  guesses: ReadonlyMap<string, InputGuess>,
): OnnxModel | Refusal {
  const sized = [...guesses].map(
    ([name, { dtype, shape }]) =>
      [
        name,
        { dtype, shape: shape.map((size) => (typeof size === 'string' ? sizeOf(size) : size)) },
      ] as const,
  );
  try {
    return attemptScript(model, new Map(sized));
  } catch (error) {
    if (error instanceof SizeLearned || isAboutInputs(error)) return new Refusal(error);
    throw error;
  }
}
