import type { DType } from '../../../model/tensor.ts';
import type { TensorSize } from '../aten/value.ts';
import type { InputGuess } from './inputs.ts';
import { isScript, type ScriptObject, type ScriptValue, scriptItems } from './value.ts';

/** What the first operator or layer that takes an input says of its axes: guesses, the likeliest first. */

/** Sizes of free axes behind the first one, by the number of axes. */
const AXES: Readonly<Record<number, readonly string[]>> = {
  1: [],
  2: ['features'],
  3: ['length', 'features'],
  4: ['channels', 'height', 'width'],
  5: ['channels', 'depth', 'height', 'width'],
};

const ofRank = (rank: number, dtype: DType = 'float32'): InputGuess => ({
  dtype,
  shape: ['N', ...(AXES[rank] ?? Array.from({ length: Math.max(0, rank - 1) }, (_, i) => `size_${i + 1}`))],
});

const withSize = (guess: InputGuess, axis: number, size: TensorSize | undefined): InputGuess =>
  size === undefined || typeof size === 'string' || guess.shape.length < 2
    ? guess
    : { ...guess, shape: guess.shape.with(axis, size) };

/** Ranks of features in the last axis. */
const rowsOf = (features: TensorSize | undefined, dtype: DType): readonly InputGuess[] =>
  [2, 3, 4].map((rank) => withSize(ofRank(rank, dtype), -1, features));

const channelsOf = (
  ranks: readonly number[],
  size: TensorSize | undefined,
  dtype: DType,
): readonly InputGuess[] => ranks.map((rank) => withSize(ofRank(rank, dtype), 1, size));

const TOKENS: readonly InputGuess[] = [
  { dtype: 'int64', shape: ['N', 'length'] },
  { dtype: 'int64', shape: ['N'] },
  { dtype: 'int64', shape: ['N', 'length', 'parts'] },
];

/** The first states of recurrent layers. */
const STATES: InputGuess = { dtype: 'float32', shape: ['layers', 'N', 'features'] };

/** What anything may be that no operator tells more of. */
export const ANY_AXES: readonly InputGuess[] = [
  ...[2, 3, 4, 5, 1].map((rank) => ofRank(rank)),
  ...TOKENS,
  STATES,
];

const stepsOf = (
  isBatchFirst: boolean,
  features: TensorSize | undefined,
  dtype: DType,
): readonly InputGuess[] => {
  const size = typeof features === 'number' ? features : 'features';
  return [{ dtype, shape: isBatchFirst ? ['N', 'length', size] : ['length', 'N', size] }];
};

interface GivenTensor {
  readonly dtype: DType;
  readonly shape: readonly TensorSize[];
}

const known = (value: ScriptValue | undefined): GivenTensor | null =>
  isScript(value, 'ref') && value.isKnown ? value.value : null;

/** By the axes that an operator has in its name, or puts in an order. */
function byName(name: string, args: readonly ScriptValue[]): readonly InputGuess[] | null {
  const order = scriptItems(args[1]);
  if (name === 'permute' && order !== null) return [ofRank(order.length)];
  const spatial = /(?:pool|pad|norm|upsample_\w+|upsample_nearest)([123])d$/.exec(name)?.[1];
  if (spatial !== undefined) return [ofRank(Number(spatial) + 2)];
  return /^pixel_|^channel_shuffle/.test(name) ? [ofRank(4)] : null;
}

/** `x.view(-1, 784)`: rows of so many. */
function byView(sizes: ScriptValue | undefined): readonly InputGuess[] | null {
  const [first, ...rest] = scriptItems(sizes) ?? [];
  const known = rest.filter((size) => typeof size === 'number');
  if (first !== -1 || known.length === 0 || known.length < rest.length || known.some((size) => size < 1))
    return null;
  return [{ dtype: 'float32', shape: ['N', ...known] }];
}

/** What an operator says of an input that it is given; null where it says nothing. */
export function guessesOf(
  name: string,
  args: readonly ScriptValue[],
  input: ScriptValue,
): readonly InputGuess[] | null {
  const weight = known(args[1]);
  const dtype = args.map(known).find((value) => value !== null)?.dtype ?? 'float32';
  if (name === 'linear') return rowsOf(weight?.shape.at(-1), dtype);
  if (name === 'embedding') return TOKENS;
  if (name === 'embedding_bag') return TOKENS.slice(1, 2);
  if (['matmul', 'mm'].includes(name) && args[0] === input) return rowsOf(weight?.shape.at(-2), dtype);
  if (name === 'addmm') return rowsOf(known(args[2])?.shape[0], dtype);
  const turned = /^conv_transpose/.test(name) || (/^_?convolution$/.test(name) && args[6] === true);
  if (/^_?conv(?:olution|olution_mode|_transpose\d?d|\dd)?$/.test(name) && weight !== null) {
    const groups = args.at(name.startsWith('_convolution') ? 8 : 6);
    const own = weight.shape[turned ? 0 : 1];
    const size = typeof own === 'number' && !turned && typeof groups === 'number' ? own * groups : own;
    return channelsOf([weight.shape.length], size, dtype);
  }
  if (name === 'batch_norm') return channelsOf([2, 3, 4, 5], weight?.shape[0], dtype);
  if (name === 'group_norm') return channelsOf([4, 3, 2, 5], known(args[2])?.shape[0], dtype);
  if (name === 'layer_norm') {
    const shape = (scriptItems(args[1]) ?? []).filter((size) => typeof size === 'number');
    return [
      { dtype, shape: ['N', ...shape] },
      { dtype, shape: ['N', 'length', ...shape] },
    ];
  }
  if (['lstm', 'gru', 'rnn_tanh', 'rnn_relu'].includes(name))
    return args[0] === input ? stepsOf(args.at(8) === true, undefined, dtype) : [STATES];
  const viewed = name === 'view' || name === 'reshape' ? byView(args[1]) : null;
  return viewed ?? beside(args, input) ?? byName(name, args);
}

/** A constant of several axes beside an input: it has as many. */
function beside(args: readonly ScriptValue[], input: ScriptValue): readonly InputGuess[] | null {
  const other = args.slice(0, 2).find((value) => value !== input);
  const tensor = known(other);
  if (
    tensor === null ||
    typeof (tensor as { source?: unknown }).source === 'string' ||
    tensor.shape.length < 1
  )
    return null;
  const { shape } = tensor;
  if (shape.length === 1) return rowsOf(shape[0], 'float32');
  const own = ofRank(shape.length);
  return [
    {
      ...own,
      shape: own.shape.map((size, axis) => (axis === 0 || shape[axis] === 1 ? size : (shape[axis] ?? size))),
    },
  ];
}

/** Layers of torch.nn whose code asks for the axes before an operator tells them. */
export function layerGuesses(module: ScriptObject): readonly InputGuess[] | null {
  const name = /^__torch__\.torch\.nn\.modules\.(?:\w+\.)+(\w+)$/.exec(module.className)?.[1] ?? '';
  const weight = (attribute: string): GivenTensor | null => known(module.attribute(attribute));
  const isBatchFirst = (of: ScriptObject): boolean => {
    const constant = of.cls.constants.get('batch_first');
    return constant?.kind === 'constant' ? constant.value === true : of.attribute('batch_first') === true;
  };
  if (/^(?:LSTM|GRU|RNN)$/.test(name)) {
    const first = weight('weight_ih_l0');
    return stepsOf(isBatchFirst(module), first?.shape[1], first?.dtype ?? 'float32');
  }
  if (name.startsWith('Transformer') || name === 'MultiheadAttention') {
    const attention = name === 'MultiheadAttention' ? module : attentionIn(module, 0);
    const projected = known(attention?.attribute('in_proj_weight'));
    return attention === null
      ? null
      : stepsOf(isBatchFirst(attention), projected?.shape[1], projected?.dtype ?? 'float32');
  }
  if (name.startsWith('BatchNorm')) {
    const ranks = { BatchNorm1d: [2, 3], BatchNorm2d: [4], BatchNorm3d: [5] }[name] ?? [2];
    const own = weight('weight') ?? weight('running_mean');
    return channelsOf(ranks, own?.shape[0], own?.dtype ?? 'float32');
  }
  return name === 'EmbeddingBag' ? TOKENS.slice(0, 1) : null;
}

/** Modules in modules that are looked through for one of attention. */
const DEPTH = 5;

function attentionIn(module: ScriptObject, depth: number): ScriptObject | null {
  if (module.className.endsWith('.MultiheadAttention')) return module;
  if (depth > DEPTH) return null;
  for (const name of module.cls.attributes.keys()) {
    const own = module.attribute(name);
    const found = isScript(own, 'object') ? attentionIn(own, depth + 1) : null;
    if (found !== null) return found;
  }
  return null;
}
