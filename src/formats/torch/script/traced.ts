import type { OnnxModel } from '../../../onnx/graph.ts';
import type { TensorSize } from '../aten/value.ts';
import { attemptScript, inputRefusal, isAboutInputs, type ScriptModel } from './attempt.ts';
import { BATCH, type InputGuess, SizeLearned } from './inputs.ts';
import type { RecordedInputs } from './signature.ts';

/**
 * A traced model: it was recorded what it was traced with. Which sizes are free is found by trial: the code is followed
 * with sizes two and three times as large, where each operator checks what it is given.
 */
export function compileTraced(model: ScriptModel, recorded: RecordedInputs): OnnxModel {
  const inputs = namedAxes(recorded);
  const fixed = attempt(model, (symbol) => inputs.sizes.get(symbol) ?? symbol, inputs.guesses);
  if (fixed instanceof Refusal) throw inputRefusal(fixed.error);
  for (const free of freeSizes(model, inputs)) {
    const made = attempt(
      model,
      (symbol) => (free.includes(symbol) ? symbol : (inputs.sizes.get(symbol) ?? symbol)),
      inputs.guesses,
    );
    if (!(made instanceof Refusal)) return made;
  }
  return fixed;
}

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

/** Axes of one length have one name. One of length 1 may be there to be stretched, and keeps it. */
function namedAxes(recorded: RecordedInputs): NamedAxes {
  const sizes = new Map<string, number>();
  const names = new Map<number, string>();
  const [first] = recorded.values();
  const batch = first?.shape[0];
  if (batch !== undefined) sizes.set(BATCH, batch);
  const nameOf = (size: number, axis: number, rank: number): TensorSize => {
    if (axis === 0 && size === batch) return BATCH;
    if (size < 2) return size;
    const known = size === batch ? BATCH : names.get(size);
    if (known !== undefined) return known;
    const stem = AXES[rank]?.[axis] ?? 'size';
    const name = stem === BATCH || sizes.has(stem) ? `${stem === BATCH ? 'size' : stem}_${size}` : stem;
    names.set(size, name);
    sizes.set(name, size);
    return name;
  };
  const guesses = [...recorded].map(
    ([name, { dtype, shape }]) =>
      [name, { dtype, shape: shape.map((size, axis) => nameOf(size, axis, shape.length)) }] as const,
  );
  return { guesses: new Map(guesses), sizes };
}

/** Sets of sizes that were seen to be free, the largest first. */
function* freeSizes(model: ScriptModel, inputs: NamedAxes): Generator<readonly string[]> {
  const all = [...inputs.sizes.keys()];
  const isFree = (symbols: readonly string[]): boolean =>
    SCALES.every(
      (scale) =>
        !(
          attempt(
            model,
            (symbol) => (inputs.sizes.get(symbol) ?? 1) * (symbols.includes(symbol) ? scale : 1),
            inputs.guesses,
          ) instanceof Refusal
        ),
    );
  if (isFree(all)) yield all;
  else {
    const some = all.filter((symbol) => isFree([symbol]));
    if (some.length > 1 && isFree(some)) yield some;
    if (some.includes(BATCH)) yield [BATCH];
    return;
  }
  yield [BATCH];
}

const SCALES = [2, 3];

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
