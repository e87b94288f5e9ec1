import type { KerasConfig } from '../config.ts';
import type { LayerContext, LayerTable, WeightPlace } from '../layer.ts';
import { tensorsOf } from '../layer.ts';
import { axesBetween } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { ownWeights } from './kind.ts';

const isTrue = (context: LayerContext, name: string): boolean => {
  const value = context.call.kwargs.get(name);
  return value?.kind === 'plain' && value.value === true;
};

/** A boolean tensor among the named arguments. */
const named = (context: LayerContext, name: string): KerasTensor | null =>
  tensorsOf(context.call.kwargs.get(name))[0] ?? null;

/** Where query t may look at value s: s ≤ t. `[1, T, S]`, or null sizes where they are free. */
function causalMask(context: LayerContext, query: KerasTensor, value: KerasTensor): KerasTensor {
  const { graph } = context;
  const steps = (x: KerasTensor): KerasTensor => {
    const size = graph.reshape(graph.sizesOf(x, 1, 2), []);
    return graph.node('Range', [graph.scalar(0, 'int64'), size, graph.scalar(1, 'int64')], {
      dtype: 'int64',
      shape: [x.shape[1] ?? null],
    });
  };
  const fixed = (x: KerasTensor): KerasTensor => {
    const size = x.shape[1] ?? null;
    return size === null ? steps(x) : graph.numbers(axesBetween(0, size), 'int64');
  };
  const rows = graph.expandDims(graph.expandDims(fixed(query), 1), 0);
  return graph.binary('GreaterOrEqual', rows, graph.expandDims(graph.expandDims(fixed(value), 0), 0));
}

const both = (context: LayerContext, masks: readonly (KerasTensor | null)[]): KerasTensor | null => {
  const given = masks.filter((mask) => mask !== null).map((mask) => context.graph.cast(mask, 'bool'));
  return given.length === 0 ? null : context.graph.fold('And', given);
};

/** x · kernel + bias from the last axis to `[…, heads, width]`: `[batch, heads, time, width]`. */
function project(
  context: LayerContext,
  x: KerasTensor,
  part: string,
  heads: number,
  width: number,
): KerasTensor {
  const { graph } = context;
  const features = context.fixed(x, 2);
  const kernel = graph.reshape(context.weight(`${part}/vars/0`, [features, heads, width]), [
    features,
    heads * width,
  ]);
  const product = graph.matmul(x, kernel);
  const biased = context.config.flag('use_bias', true)
    ? graph.binary(
        'Add',
        product,
        graph.reshape(context.weight(`${part}/vars/1`, [heads, width]), [heads * width]),
      )
    : product;
  const time = x.shape[1] ?? null;
  return graph.transpose(
    graph.reshape(biased, ['same', time === null ? 'same' : time, heads, width]),
    [0, 2, 1, 3],
  );
}

/** softmax(query · keyᵀ / √width) · value in several heads, over one axis of time. */
function multiHead(context: LayerContext): KerasTensor | readonly KerasTensor[] {
  const { graph, config } = context;
  const [heads, width] = [config.count('num_heads'), config.count('key_dim')];
  const valueWidth = config.isGiven('value_dim') ? config.count('value_dim') : width;
  refuseMultiHead(context);
  const query = context.tensorAt(0, 'query');
  const value = context.tensorAt(1, 'value');
  const key = context.tensorOrNull(2, 'key');
  for (const x of [query, value]) context.expectRank(x, [3]);
  const mask = both(context, attentionMasks(context, query, value, key));
  const scaled = graph.withScalar(
    'Mul',
    project(context, context.autocast(query), 'query_dense', heads, width),
    1 / Math.sqrt(width),
  );
  const keys = project(context, context.autocast(key ?? value), 'key_dense', heads, width);
  const values = project(context, context.autocast(value), 'value_dense', heads, valueWidth);
  const scores = graph.matmul(scaled, graph.transpose(keys, [0, 1, 3, 2]));
  const masked = mask === null ? scores : maskScores(context, scores, graph.expandDims(mask, 1));
  const weights = graph.unary('Softmax', masked, { axis: -1n });
  const mixed = graph.transpose(graph.matmul(weights, values), [0, 2, 1, 3]);
  const time = query.shape[1] ?? null;
  const flat = graph.reshape(mixed, ['same', time === null ? 'same' : time, heads * valueWidth]);
  const output = { ...outputDense(context, flat, heads, valueWidth), mask: query.mask };
  return isTrue(context, 'return_attention_scores') ? [output, weights] : output;
}

function refuseMultiHead({ config }: LayerContext): void {
  if (config.isGiven('sliding_window'))
    throw config.unsupported('sliding_window', 'attention to all steps is');
  if (config.flag('use_gate', false)) throw config.unsupported('use_gate', 'attention without a gate is');
  const axes = config.get('attention_axes');
  const isTime = axes === null || axes === undefined || config.integers('attention_axes').join() === '1';
  if (!isTime) throw config.unsupported('attention_axes', 'attention over one axis of time is');
}

/** Masks of query, value and key, the causal one, and the one that is given, each as `[batch, T, S]` or broadcast to it. */
function attentionMasks(
  context: LayerContext,
  query: KerasTensor,
  value: KerasTensor,
  key: KerasTensor | null,
): readonly (KerasTensor | null)[] {
  const { graph } = context;
  const queryMask = named(context, 'query_mask') ?? query.mask;
  const valueMask = named(context, 'value_mask') ?? value.mask;
  const keyMask = named(context, 'key_mask') ?? (key === null ? null : key.mask);
  return [
    queryMask === null ? null : graph.expandDims(graph.cast(queryMask, 'bool'), 2),
    valueMask === null ? null : graph.expandDims(graph.cast(valueMask, 'bool'), 1),
    keyMask === null ? null : graph.expandDims(graph.cast(keyMask, 'bool'), 1),
    isTrue(context, 'use_causal_mask') ? causalMask(context, query, value) : null,
    named(context, 'attention_mask'),
  ];
}

/** What is masked gets so low that its weight is zero; where all is masked the weights stay even. */
const maskScores = ({ graph }: LayerContext, scores: KerasTensor, mask: KerasTensor): KerasTensor => {
  const low = graph.scalar(scores.dtype === 'float16' ? -3e4 : -1e9, scores.dtype);
  return graph.where(mask, scores, graph.binary('Add', scores, low));
};

function outputDense(context: LayerContext, x: KerasTensor, heads: number, width: number): KerasTensor {
  const { graph, config } = context;
  const stored = context.layer.weights.find('output_dense/vars/0');
  const size = stored?.shape[2] ?? 0;
  if (config.isGiven('output_shape') && stored !== null && stored.shape.length !== 3)
    throw config.unsupported('output_shape', 'one size is');
  const kernel = graph.reshape(context.weight('output_dense/vars/0', [heads, width, null]), [
    heads * width,
    size,
  ]);
  const product = graph.matmul(x, kernel);
  return config.flag('use_bias', true)
    ? graph.binary('Add', product, context.weight('output_dense/vars/1', [size]))
    : product;
}

const multiHeadWeights = (config: KerasConfig): readonly WeightPlace[] =>
  ['query_dense', 'key_dense', 'value_dense', 'output_dense'].flatMap((part) =>
    axesBetween(0, config.flag('use_bias', true) ? 2 : 1).map((i) => ({ path: `${part}/vars/${i}` })),
  );

/** Attention of Luong (`dot`, `concat`) and of Bahdanau (`additive`). */
const attention =
  (style: 'dot' | 'additive') =>
  (context: LayerContext): KerasTensor | readonly KerasTensor[] => {
    const { graph, config } = context;
    const [query, value, key = value] = context.inputs;
    if (query === undefined || value === undefined || key === undefined)
      throw context.invalid('its inputs', 'fewer than two', '[query, value] or [query, value, key]');
    const [q, v, k] = [query, value, key].map((x) => context.autocast(x)) as [
      KerasTensor,
      KerasTensor,
      KerasTensor,
    ];
    const scores = style === 'additive' ? additiveScores(context, q, k) : dotScores(context, q, k);
    const [queryMask, valueMask] = masksOf(context, query, value);
    const mask = both(context, [
      valueMask === null ? null : graph.expandDims(valueMask, 1),
      isTrue(context, 'use_causal_mask') || config.flag('causal', false) ? causalMask(context, q, k) : null,
    ]);
    const masked = mask === null ? scores : maskScores(context, scores, mask);
    const weights = graph.unary('Softmax', masked, { axis: -1n });
    const mixed = graph.matmul(weights, v);
    const output =
      queryMask === null
        ? mixed
        : graph.where(graph.expandDims(queryMask, 2), mixed, graph.scalar(0, mixed.dtype));
    const answer = { ...output, mask: queryMask };
    return isTrue(context, 'return_attention_scores') ? [answer, weights] : answer;
  };

const masksOf = (
  { call }: LayerContext,
  query: KerasTensor,
  value: KerasTensor,
): readonly [KerasTensor | null, KerasTensor | null] => {
  const given = call.kwargs.get('mask');
  if (given?.kind !== 'list') return [query.mask, value.mask];
  const [first, second] = given.items.map((item) => tensorsOf(item)[0] ?? null);
  return [first ?? null, second ?? null];
};

function dotScores(context: LayerContext, query: KerasTensor, key: KerasTensor): KerasTensor {
  const { graph, config } = context;
  const mode = config.oneOf('score_mode', ['dot', 'concat'], 'dot');
  const scale = config.flag('use_scale', false) ? context.weight('vars/0', []) : null;
  if (mode === 'dot') {
    const scores = graph.matmul(query, graph.transpose(key, [0, 2, 1]));
    return scale === null ? scores : graph.binary('Mul', scores, scale);
  }
  const sum = pairs(context, query, key);
  const tanh = graph.unary('Tanh', scale === null ? sum : graph.binary('Mul', sum, scale));
  const weight = context.weight(scale === null ? 'vars/0' : 'vars/1', []);
  return graph.binary('Mul', graph.reduce('ReduceSum', tanh, [3], false), weight);
}

function additiveScores(context: LayerContext, query: KerasTensor, key: KerasTensor): KerasTensor {
  const { graph, config } = context;
  const tanh = graph.unary('Tanh', pairs(context, query, key));
  const scaled = config.flag('use_scale', true)
    ? graph.binary('Mul', tanh, context.weight('vars/0', [query.shape[2] ?? null]))
    : tanh;
  return graph.reduce('ReduceSum', scaled, [3], false);
}

/** Every query step with every key step: `[batch, T, S, features]`. */
const pairs = ({ graph }: LayerContext, query: KerasTensor, key: KerasTensor): KerasTensor =>
  graph.binary('Add', graph.expandDims(query, 2), graph.expandDims(key, 1));

export const ATTENTION_LAYERS: LayerTable = [
  ['MultiHeadAttention', { compile: multiHead, mask: 'computes', weights: multiHeadWeights }],
  [
    'Attention',
    {
      compile: attention('dot'),
      mask: 'computes',
      weights: ownWeights(
        (config) => config.flag('use_scale', false),
        (config) => config.get('score_mode') === 'concat',
      ),
    },
  ],
  [
    'AdditiveAttention',
    {
      compile: attention('additive'),
      mask: 'computes',
      weights: ownWeights((config) => config.flag('use_scale', true)),
    },
  ],
]; // prettier-ignore
