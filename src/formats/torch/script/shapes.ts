import type { AtenTensor, AtenValue, TensorSize } from '../aten/value.ts';
import { isValue, isValues } from '../aten/value.ts';
import { BATCH, type ScriptInputs } from './inputs.ts';
import type { ScriptPlace } from './value.ts';

/**
 * What operators require of sizes. Programs of torch.export state every size; code does not, so that what an input was
 * taken to be is held here to what the operators take.
 */
export interface ShapeCheck {
  readonly given: ReadonlyMap<string, AtenValue>;
  readonly inputs: ScriptInputs;
  readonly place: ScriptPlace;
}

type Rule = (check: ShapeCheck) => void;

const tensorOf = ({ given }: ShapeCheck, name: string): AtenTensor | null => {
  const value = given.get(name);
  return isValue(value, 'tensor') ? value : null;
};

const numberAt = (tensor: AtenTensor | null, axis: number): number | null => {
  const size = tensor?.shape.at(axis);
  return typeof size === 'number' ? size : null;
};

/** A size of a tensor is one of another that is known. */
function sameSize(check: ShapeCheck, x: AtenTensor, axis: number, wanted: number | null): void {
  const size = x.shape.at(axis);
  if (size === undefined) check.inputs.wrong(check.place, `no axis ${axis}`);
  if (wanted !== null) check.inputs.require(size, wanted, check.place);
}

function ofRank(check: ShapeCheck, x: AtenTensor, ...ranks: readonly number[]): void {
  if (!ranks.includes(x.shape.length))
    check.inputs.wrong(check.place, `${x.shape.length} axes, not ${ranks.join(' or ')}`);
}

const floating: (check: ShapeCheck, x: AtenTensor) => void = (check, x) => {
  if (!x.dtype.startsWith('float')) check.inputs.wrong(check.place, `${x.dtype}, not floats`);
};

const linear: Rule = (check) => {
  const [x, weight] = [tensorOf(check, 'input'), tensorOf(check, 'weight')];
  if (x === null || weight === null) return;
  sameSize(check, x, -1, numberAt(weight, -1));
  floating(check, x);
};

const product =
  (left: string, right: string): Rule =>
  (check) => {
    const [a, b] = [tensorOf(check, left), tensorOf(check, right)];
    if (a === null || b === null) return;
    const inner = numberAt(b, b.shape.length === 1 ? -1 : -2);
    sameSize(check, a, -1, inner);
    const outer = numberAt(a, -1);
    if (outer !== null) sameSize(check, b, b.shape.length === 1 ? -1 : -2, outer);
  };

const convolution =
  (isTransposed: boolean | null): Rule =>
  (check) => {
    const [x, weight] = [tensorOf(check, 'input'), tensorOf(check, 'weight')];
    if (x === null || weight === null) return;
    const turned = isTransposed ?? check.given.get('transposed') === true;
    const groups = check.given.get('groups');
    ofRank(check, x, weight.shape.length);
    const own = numberAt(weight, turned ? 0 : 1);
    sameSize(check, x, 1, own === null || turned ? own : own * (typeof groups === 'number' ? groups : 1));
    floating(check, x);
  };

const channels: Rule = (check) => {
  const x = tensorOf(check, 'input');
  const one = ['weight', 'running_mean', 'bias']
    .map((name) => tensorOf(check, name))
    .find((own) => own !== null);
  if (x === null) return;
  floating(check, x);
  if (x.shape.length < 2) check.inputs.wrong(check.place, 'no axis of channels');
  if (one !== undefined && one !== null) sameSize(check, x, 1, numberAt(one, 0));
};

const lastAxes: Rule = (check) => {
  const x = tensorOf(check, 'input');
  const shape = check.given.get('normalized_shape');
  if (x === null || !isValues(shape)) return;
  floating(check, x);
  for (const [i, size] of shape.entries())
    if (typeof size === 'number') sameSize(check, x, i - shape.length, size);
};

const tokens: Rule = (check) => {
  const x = tensorOf(check, 'indices');
  if (x !== null && !/^u?int/.test(x.dtype)) check.inputs.wrong(check.place, `${x.dtype}, not whole numbers`);
};

const recurrent: Rule = (check) => {
  const [x, states, params] = [tensorOf(check, 'input'), check.given.get('hx'), check.given.get('params')];
  const weight = isValues(params) ? params[0] : undefined;
  if (x === null || !isValue(weight, 'tensor')) return;
  ofRank(check, x, 3);
  floating(check, x);
  sameSize(check, x, -1, numberAt(weight, -1));
  const hidden = isValues(params) ? params[1] : undefined;
  const layers = check.given.get('num_layers');
  const directions = check.given.get('bidirectional') === true ? 2 : 1;
  const batch = x.shape[check.given.get('batch_first') === true ? 0 : 1] ?? 1;
  for (const [i, state] of (isValues(states) ? states : [states]).entries()) {
    if (!isValue(state, 'tensor')) continue;
    ofRank(check, state, 3);
    meet(check, state.shape[1] ?? 1, batch);
    if (typeof layers === 'number') sameSize(check, state, 0, layers * directions);
    // Cells are as wide as the weights of states, projected states are narrower.
    const isState = i === 0 && isValue(hidden, 'tensor');
    if (isState) sameSize(check, state, 2, numberAt(hidden, -1));
    else if (isValue(hidden, 'tensor')) sameSize(check, state, 2, Number(hidden.shape[0]) / GATES);
  }
};

/** Cells are of LSTM alone, whose weights have four gates. */
const GATES = 4;

/** Two sizes that must be one. */
function meet(check: ShapeCheck, a: TensorSize, b: TensorSize): void {
  if (a === b) return;
  if (typeof b === 'number') check.inputs.require(a, b, check.place);
  else if (typeof a === 'number') check.inputs.require(b, a, check.place);
  else check.inputs.requireSame(a, b, check.place);
}

/** Operands that are broadcast: each axis is alike, or 1. */
const broadcast: Rule = (check) => {
  const tensors = [...check.given.values()].filter((value) => isValue(value, 'tensor'));
  const rank = Math.max(0, ...tensors.map(({ shape }) => shape.length));
  // A constant of more axes than an input has would give it axes in front: none takes that to be meant.
  for (const { shape, source } of tensors)
    if (typeof source !== 'string' && shape.length === rank)
      for (const other of tensors)
        if (other.shape.length < rank && other.shape.includes(BATCH))
          check.inputs.wrong(check.place, `${other.shape.length} axes beside a constant of ${rank}`);
  const batches = new Set(
    tensors
      .filter(({ shape }) => shape.includes(BATCH))
      .map(({ shape }) => shape.length - shape.indexOf(BATCH)),
  );
  if (batches.size > 1) check.inputs.wrong(check.place, 'batches that do not lie on one another');
  for (let axis = 1; axis <= rank; axis += 1) {
    const sizes = [...new Set(tensors.map(({ shape }) => shape.at(-axis) ?? 1))].filter((size) => size !== 1);
    const known = sizes.find((size) => typeof size === 'number') ?? sizes[0];
    for (const size of sizes) if (known !== undefined) meet(check, size, known);
  }
};

const concatenated: Rule = (check) => {
  const list = check.given.get('tensors');
  const tensors = isValues(list) ? list.filter((value) => isValue(value, 'tensor')) : [];
  const parts = tensors.filter(({ shape }) => !(shape.length === 1 && shape[0] === 0));
  const [first] = parts;
  const dim = check.given.get('dim') ?? 0;
  if (first === undefined || typeof dim !== 'number') return;
  const rank = first.shape.length;
  for (const { shape } of parts) {
    if (shape.length !== rank) check.inputs.wrong(check.place, `${shape.length} axes beside ${rank}`);
    for (const [axis, size] of shape.entries())
      if (axis !== (dim < 0 ? dim + rank : dim)) meet(check, size, first.shape[axis] ?? 1);
  }
};

/** A view keeps the number of elements: what is known of it, and each free size. */
const reshaped: Rule = (check) => {
  const x = tensorOf(check, 'self');
  const sizes = check.given.get('size') ?? check.given.get('shape');
  if (x === null || !isValues(sizes)) return;
  const wanted = sizes.map((size) => (isValue(size, 'symbolic') ? size.symbol : size));
  const free = [...x.shape.filter((size) => typeof size === 'string')];
  const product = (all: readonly unknown[]): number =>
    all.reduce<number>((made, size) => (typeof size === 'number' && size !== -1 ? made * size : made), 1);
  const isOpen = wanted.includes(-1);
  for (const size of wanted) {
    if (typeof size !== 'string') continue;
    const at = free.indexOf(size);
    // What free sizes make of others is for the runtime to check.
    if (at < 0) return;
    free.splice(at, 1);
  }
  const [have, want] = [product(x.shape), product(wanted)];
  if (free.length === 0 && (isOpen ? have % Math.max(1, want) !== 0 : have !== want))
    check.inputs.wrong(check.place, `${have} elements as [${wanted.join(', ')}]`);
};

const expandedSizes: Rule = (check) => {
  const x = tensorOf(check, 'self');
  const sizes = check.given.get('size');
  if (x === null || !isValues(sizes)) return;
  for (const [i, size] of sizes.entries()) {
    const own = x.shape[i - sizes.length + x.shape.length];
    const wanted = isValue(size, 'symbolic') ? size.symbol : size;
    if (own !== undefined && own !== 1 && wanted !== -1 && typeof wanted !== 'boolean')
      if (typeof wanted === 'number' || typeof wanted === 'string') meet(check, own, wanted);
  }
};

const cells: Rule = (check) => {
  const [x, weight] = [tensorOf(check, 'input'), tensorOf(check, 'w_ih')];
  if (x !== null && weight !== null) sameSize(check, x, -1, numberAt(weight, -1));
};

const pictures =
  (count: number): Rule =>
  (check) => {
    const x = tensorOf(check, 'self') ?? tensorOf(check, 'input');
    if (x === null) return;
    ofRank(check, x, count + 2);
    floating(check, x);
  };

const BROADCAST = [
  ...'add sub subtract rsub mul multiply div divide true_divide floor_divide remainder fmod pow eq ne not_equal'.split(
    ' ',
  ),
  ...'lt less le less_equal gt greater ge greater_equal maximum minimum fmax fmin logical_and logical_or'.split(
    ' ',
  ),
  ...'logical_xor bitwise_and bitwise_or __and__ __or__ where masked_fill lerp addcmul addcdiv'.split(' '),
];

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['linear', linear],
  ['matmul', product('self', 'other')],
  ['mm', product('self', 'mat2')],
  ['bmm', product('self', 'mat2')],
  ['addmm', product('mat1', 'mat2')],
  ['baddbmm', product('batch1', 'batch2')],
  ...['conv1d', 'conv2d', 'conv3d', '_convolution_mode'].map((name) => [name, convolution(false)] as const),
  ...[1, 2, 3].map((count) => [`conv_transpose${count}d`, convolution(true)] as const),
  ['_convolution', convolution(null)],
  ['convolution', convolution(null)],
  ...['batch_norm', 'group_norm', 'instance_norm', 'native_batch_norm'].map(
    (name) => [name, channels] as const,
  ),
  ['layer_norm', lastAxes],
  ['rms_norm', lastAxes],
  ['embedding', tokens],
  ['embedding_bag', tokens],
  ...['lstm', 'gru', 'rnn_tanh', 'rnn_relu'].map((name) => [name, recurrent] as const),
  ['lstm_cell', cells],
  ['gru_cell', cells],
  ...BROADCAST.map((name) => [name, broadcast] as const),
  ...['cat', 'concat', 'concatenate'].map((name) => [name, concatenated] as const),
  ...['view', 'reshape', '_unsafe_view'].map((name) => [name, reshaped] as const),
  ...['expand', 'broadcast_to'].map((name) => [name, expandedSizes] as const),
  ...[1, 2, 3].flatMap((count) =>
    [
      'max_pool',
      'avg_pool',
      'adaptive_avg_pool',
      'adaptive_max_pool',
      'reflection_pad',
      'replication_pad',
    ].map((name) => [`${name}${count}d`, pictures(count)] as const),
  ),
  ...['pixel_shuffle', 'pixel_unshuffle', 'channel_shuffle'].map((name) => [name, pictures(2)] as const),
]);

/** Holds what an operator is given to what it takes. Throws GuessFailed, SizeLearned. */
export const requireShapes = (name: string, check: ShapeCheck): void => RULES.get(name)?.(check);
