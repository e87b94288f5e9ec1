import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import {
  elementwise,
  mapped,
  matmul,
  reduced,
  sliced,
  swapLast,
  transposed,
  unsqueezed,
  where,
} from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor } from './value.ts';

/** Layers of transformers as one operator, which torch takes where nothing is trained (aten/src/ATen/native/transformers). */

const projected = (call: AtenCall, x: AtenTensor, weight: string, bias: string): AtenTensor =>
  elementwise(
    call.g,
    'Add',
    [matmul(call.g, x, swapLast(call.g, call.tensor(weight))), call.tensor(bias)],
    x.dtype,
  );

/** What a mask hides, lined up with scores [N, heads, rows, columns]: of places, of keys, or of both. */
function hidden(call: AtenCall, mask: AtenTensor): AtenTensor {
  if (mask.dtype !== 'bool') throw call.wrong('mask', 'a mask of booleans');
  return mask.shape.length === 2 && call.int('mask_type', 0) === 1 ? unsqueezed(call.g, mask, [1, 2]) : mask;
}

interface AttentionParts {
  readonly query: AtenTensor;
  readonly key: AtenTensor;
  readonly value: AtenTensor;
  readonly heads: number;
}

/** Attention of several heads, and how much each place looked at each other one. */
function manyHeads(call: AtenCall, { query, key, value, heads }: AttentionParts): readonly AtenTensor[] {
  const { g } = call;
  const width = call.int('embed_dim');
  const [weight, bias] = [call.tensor('qkv_weight'), call.tensor('qkv_bias')];
  const [q, k, v] = [query, key, value].map((x, i) => {
    const rows = [i * width, (i + 1) * width, 1] as const;
    const all = elementwise(
      g,
      'Add',
      [matmul(g, x, swapLast(g, sliced(g, weight, 0, rows))), sliced(g, bias, 0, rows)],
      x.dtype,
    );
    const split = reshaped(g, all, [g.sizeOf(x, 0), g.sizeOf(x, 1), heads, width / heads]);
    return transposed(g, split, [0, 2, 1, 3]);
  });
  if (q === undefined || k === undefined || v === undefined) throw call.wrong('query', 'a tensor');
  const scale = g.scalar(1 / Math.sqrt(width / heads), q.dtype);
  const scores = matmul(g, elementwise(g, 'Mul', [q, scale], q.dtype), swapLast(g, k));
  const mask = call.tensorOrNull('mask');
  const seen =
    mask === null
      ? scores
      : where(g, hidden(call, mask), g.scalar(Number.NEGATIVE_INFINITY, scores.dtype), scores);
  const shares = mapped(g, 'Softmax', seen, { axis: -1n });
  const together = transposed(g, matmul(g, shares, v), [0, 2, 1, 3]);
  const flat = reshaped(g, together, [g.sizeOf(query, 0), g.sizeOf(query, 1), width]);
  return [projected(call, flat, 'proj_weight', 'proj_bias'), shares];
}

const headsOf = (call: AtenCall, name: string): number => {
  const heads = call.int(name);
  if (heads < 1 || call.int('embed_dim') % heads !== 0)
    throw call.wrong(name, 'a number that divides embed_dim');
  return heads;
};

const attention = (call: AtenCall): readonly (AtenTensor | null)[] => {
  const parts = { query: call.floating('query'), key: call.floating('key'), value: call.floating('value') };
  const [answer, shares] = manyHeads(call, { ...parts, heads: headsOf(call, 'num_head') });
  if (answer === undefined || shares === undefined || !call.bool('need_weights', true))
    return [answer ?? null, null];
  const isMean = call.bool('average_attn_weights', true);
  return [answer, isMean ? reduced(call.g, 'ReduceMean', shares, [1], false) : shares];
};

const normalized = (call: AtenCall, x: AtenTensor, i: 1 | 2): AtenTensor =>
  mapped(call.g, 'LayerNormalization', x, { axis: -1n, epsilon: call.number('eps', 1e-5) }, [
    call.tensor(`norm_weight_${i}`),
    call.tensor(`norm_bias_${i}`),
  ]);

const layer = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.floating('src');
  const heads = headsOf(call, 'num_heads');
  const plus = (a: AtenTensor, b: AtenTensor): AtenTensor => elementwise(g, 'Add', [a, b], a.dtype);
  const attend = (y: AtenTensor): AtenTensor =>
    manyHeads(call, { query: y, key: y, value: y, heads })[0] ?? y;
  const feed = (y: AtenTensor): AtenTensor => {
    const wide = projected(call, y, 'ffn_weight_1', 'ffn_bias_1');
    return projected(
      call,
      mapped(g, call.bool('use_gelu') ? 'Gelu' : 'Relu', wide),
      'ffn_weight_2',
      'ffn_bias_2',
    );
  };
  if (call.bool('norm_first')) {
    const y = plus(x, attend(normalized(call, x, 1)));
    return plus(y, feed(normalized(call, y, 2)));
  }
  const y = normalized(call, plus(x, attend(x)), 1);
  return normalized(call, plus(y, feed(y)), 2);
};

const PROJECTIONS = 'qkv_weight qkv_bias proj_weight proj_bias';

export const ENCODERS = [
  ...rows(
    '_native_multi_head_attention',
    `query key value embed_dim num_head ${PROJECTIONS} mask need_weights average_attn_weights mask_type`,
    attention,
  ),
  ...rows(
    '_transformer_encoder_layer_fwd',
    `src embed_dim num_heads ${PROJECTIONS} use_gelu norm_first eps norm_weight_1 norm_bias_1 norm_weight_2 norm_bias_2
     ffn_weight_1 ffn_bias_1 ffn_weight_2 ffn_bias_2 mask mask_type`.replaceAll(/\s+/g, ' '),
    layer,
  ),
];
