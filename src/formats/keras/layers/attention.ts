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

/** The steps of queries and of values, so that they are broadcast to `[1, T, S]`. */
function stepsOf(
  context: LayerContext,
  query: KerasTensor,
  value: KerasTensor,
): readonly [query: KerasTensor, value: KerasTensor] {
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
  return [rows, graph.expandDims(graph.expandDims(fixed(value), 0), 0)];
}

/** Where query t may look at value s: s ≤ t. */
const causalMask = (context: LayerContext, query: KerasTensor, value: KerasTensor): KerasTensor =>
  context.graph.binary('GreaterOrEqual', ...stepsOf(context, query, value));

/** Where they are less than so many steps apart. */
function windowMask(context: LayerContext, query: KerasTensor, value: KerasTensor): KerasTensor {
  const { graph, config } = context;
  const apart = graph.unary('Abs', graph.binary('Sub', ...stepsOf(context, query, value)));
  return graph.withScalar('Less', apart, config.count('sliding_window'));
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
  const extra = `${part}/vars/${context.config.flag('use_bias', true) ? 2 : 1}`;
  if (context.layer.weights.find(extra) !== null)
    throw context.unsupported(`weight ${extra}`, 'a scale', 'weights that are not quantised are');
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

/** Where the projections of an attention layer lie, and how many heads they have. */
interface HeadPlan {
  /** Heads of queries, and of keys and values: each of these serves several of those. */
  readonly heads: number;
  readonly keyHeads: number;
  readonly width: number;
  readonly valueWidth: number;
}

/** softmax(query · keyᵀ / √width) · value in several heads, over one axis of time. */
function multiHead(context: LayerContext): KerasTensor | readonly KerasTensor[] {
  const { config } = context;
  const axes = config.get('attention_axes');
  const isTime = axes === null || axes === undefined || config.integers('attention_axes').join() === '1';
  if (!isTime) throw config.unsupported('attention_axes', 'attention over one axis of time is');
  const [heads, width] = [config.count('num_heads'), config.count('key_dim')];
  const valueWidth = config.isGiven('value_dim') ? config.count('value_dim') : width;
  const result = attend(context, { heads, keyHeads: heads, width, valueWidth });
  takeMasks(context);
  return result;
}

/** Since Keras 3.8 this layer deletes the masks of the tensors that it is called with, also for all others that read them. */
function takeMasks(context: LayerContext): void {
  const { scope } = context;
  if (!scope.isSince(3, 8)) return;
  const taken = [context.argument(0, 'query'), context.argument(1, 'value'), context.argument(2, 'key')];
  for (const { value } of taken.flatMap((argument) => tensorsOf(argument ?? undefined)))
    scope.unmasked.add(value);
}

/** The same, where several queries share a key and a value. */
function groupedQuery(context: LayerContext): KerasTensor | readonly KerasTensor[] {
  const { config } = context;
  const [heads, keyHeads] = [config.count('num_query_heads'), config.count('num_key_value_heads')];
  const width = config.count('head_dim');
  if (heads % keyHeads !== 0)
    throw config.wrong('num_query_heads', `a multiple of ${keyHeads}, the heads of its keys`);
  return attend(context, { heads, keyHeads, width, valueWidth: width });
}

function attend(context: LayerContext, plan: HeadPlan): KerasTensor | readonly KerasTensor[] {
  const { graph, config } = context;
  const { heads, keyHeads, width, valueWidth } = plan;
  const query = context.tensorAt(0, 'query');
  const value = context.tensorAt(1, 'value');
  const key = context.tensorOrNull(2, 'key');
  for (const x of [query, value]) context.expectRank(x, [3]);
  const mask = both(context, attentionMasks(context, query, value, key));
  const scaled = graph.withScalar(
    'Mul',
    project(context, context.asFloat(query), 'query_dense', heads, width),
    1 / Math.sqrt(width),
  );
  const shared = (x: KerasTensor): KerasTensor => repeatHeads(context, x, heads / keyHeads);
  const keys = shared(project(context, context.asFloat(key ?? value), 'key_dense', keyHeads, width));
  const values = shared(project(context, context.asFloat(value), 'value_dense', keyHeads, valueWidth));
  const scores = graph.matmul(scaled, graph.transpose(keys, [0, 1, 3, 2]));
  const weights = attentionWeights(context, scores, mask);
  const mixed = graph.transpose(graph.matmul(weights, values), [0, 2, 1, 3]);
  const time = query.shape[1] ?? null;
  const flat = graph.reshape(mixed, ['same', time === null ? 'same' : time, heads * valueWidth]);
  const gated = config.flag('use_gate', false)
    ? graph.binary('Mul', flat, gateOf(context, query, heads * valueWidth))
    : flat;
  const output = { ...outputDense(context, gated, heads, valueWidth), mask: query.mask };
  return isTrue(context, 'return_attention_scores') ? [output, weights] : output;
}

/**
 * Weights that add up to 1. Where all is masked they are even; since Keras 3.14 they are zero there wherever its Softmax layer makes
 * them, which it does with drop-out or where the weights are answered too.
 */
function attentionWeights(context: LayerContext, scores: KerasTensor, mask: KerasTensor | null): KerasTensor {
  const { graph, config, scope } = context;
  if (mask === null) return graph.unary('Softmax', scores, { axis: -1n });
  const spread = graph.expandDims(mask, 1);
  const weights = graph.unary('Softmax', maskScores(context, scores, spread), { axis: -1n });
  const hasLayer = config.number('dropout', 0) > 0 || isTrue(context, 'return_attention_scores');
  return hasLayer && scope.isSince(3, 14)
    ? graph.where(spread, weights, graph.scalar(0, weights.dtype))
    : weights;
}

/** Every head several times in a row: `[batch, heads · times, time, width]`. */
function repeatHeads({ graph }: LayerContext, x: KerasTensor, times: number): KerasTensor {
  if (times === 1) return x;
  const heads = axesBetween(0, (x.shape[1] ?? 1) * times).map((head) => Math.floor(head / times));
  return graph.gather(x, graph.numbers(heads, 'int64'), 1);
}

/** Between 0 and 1 for every number that the heads answer. */
function gateOf(context: LayerContext, query: KerasTensor, width: number): KerasTensor {
  const { graph, config } = context;
  const x = context.autocast(query);
  const features = context.fixed(x, 2);
  const stored = context.layer.weights.find('gate_dense/vars/0');
  const kernel = context.weight('gate_dense/vars/0', [
    features,
    stored?.shape[1] ?? null,
    stored?.shape[2] ?? null,
  ]);
  const product = graph.matmul(x, graph.reshape(kernel, [features, width]));
  const biased = config.flag('use_bias', true)
    ? graph.binary(
        'Add',
        product,
        graph.reshape(
          context.weight('gate_dense/vars/1', [stored?.shape[1] ?? null, stored?.shape[2] ?? null]),
          [width],
        ),
      )
    : product;
  return graph.unary('Sigmoid', biased);
}

/** Masks of query, value and key, the causal one, and the one that is given, each as `[batch, T, S]` or broadcast to it. */
function attentionMasks(
  context: LayerContext,
  query: KerasTensor,
  value: KerasTensor,
  key: KerasTensor | null,
): readonly (KerasTensor | null)[] {
  const { graph } = context;
  // Since Keras 3.8 the mask of the query is what its tensor brings along, whatever the call says.
  const isLive = context.layer.className === 'MultiHeadAttention' && context.scope.isSince(3, 8);
  const queryMask = (isLive ? null : named(context, 'query_mask')) ?? query.mask;
  const valueMask = named(context, 'value_mask') ?? value.mask;
  const keyMask = named(context, 'key_mask') ?? (key === null ? null : key.mask);
  return [
    queryMask === null ? null : graph.expandDims(graph.cast(queryMask, 'bool'), 2),
    valueMask === null ? null : graph.expandDims(graph.cast(valueMask, 'bool'), 1),
    keyMask === null ? null : graph.expandDims(graph.cast(keyMask, 'bool'), 1),
    isTrue(context, 'use_causal_mask') ? causalMask(context, query, value) : null,
    context.config.isGiven('sliding_window') ? windowMask(context, query, value) : null,
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
  [
    'query_dense',
    'key_dense',
    ...(config.flag('use_gate', false) ? ['gate_dense'] : []),
    'value_dense',
    'output_dense',
  ].flatMap((part) =>
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
  ['GroupQueryAttention', { compile: groupedQuery, mask: 'computes', weights: multiHeadWeights }],
  ['GroupedQueryAttention', { compile: groupedQuery, mask: 'computes', weights: multiHeadWeights }],
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
