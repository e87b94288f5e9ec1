import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import { elementwise, expanded, mapped, matmul, reduced, swapLast, unsqueezed, where } from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor, AtenValue } from './value.ts';

/** softmax(Q Kᵀ / √d + mask) V, as torch.nn.functional.scaled_dot_product_attention documents it. */

const LOWEST = Number.NEGATIVE_INFINITY;

/** What may be seen of `columns` places from each of `rows`: itself and what lies before. */
function causalMask(call: AtenCall, query: AtenTensor, key: AtenTensor): AtenTensor {
  const { g } = call;
  const [from, to] = [g.sizeOf(query, query.shape.length - 2), g.sizeOf(key, key.shape.length - 2)];
  const ones = expanded(g, g.scalar(1, 'int64'), [from, to]);
  return g.cast(g.add('Trilu', [ones, g.scalar(0, 'int64')], ones, { upper: 0n }), 'bool');
}

/** Fewer heads of keys than of queries: each serves several. */
function repeatedHeads(call: AtenCall, x: AtenTensor, query: AtenTensor): AtenTensor {
  const { g } = call;
  const axis = x.shape.length - 3;
  const [heads, wanted] = [x.shape[axis], query.shape[axis]];
  if (typeof heads !== 'number' || typeof wanted !== 'number' || wanted % heads !== 0)
    throw call.wrong('enable_gqa', 'numbers of heads that divide');
  if (heads === wanted) return x;
  const sizes = x.shape.map((_, at) => g.sizeOf(x, at));
  const wide = expanded(g, unsqueezed(g, x, [axis + 1]), [
    ...sizes.slice(0, axis + 1),
    wanted / heads,
    ...sizes.slice(axis + 1),
  ]);
  return reshaped(g, wide, [...sizes.slice(0, axis), wanted, ...sizes.slice(axis + 1)]);
}

function masked(call: AtenCall, scores: AtenTensor, mask: AtenTensor): AtenTensor {
  const { g } = call;
  if (mask.dtype === 'bool') return where(g, mask, scores, g.scalar(LOWEST, scores.dtype));
  return elementwise(g, 'Add', [scores, g.cast(mask, scores.dtype)], scores.dtype);
}

/** Rows that see nothing answer 0, as torch has it, and not what 0 / 0 is. */
function safeSoftmax(call: AtenCall, scores: AtenTensor): AtenTensor {
  const { g } = call;
  const shares = mapped(g, 'Softmax', scores, { axis: -1n });
  const most = reduced(g, 'ReduceMax', scores, [scores.shape.length - 1], true);
  const blind = elementwise(g, 'Equal', [most, g.scalar(LOWEST, scores.dtype)], 'bool');
  return where(g, blind, g.scalar(0, scores.dtype), shares);
}

function attention(call: AtenCall): AtenTensor {
  const { g } = call;
  if (call.number('dropout_p', 0) > 0) throw call.wrong('dropout_p', '0: a model saved in eval mode');
  const query = call.floating('query');
  const grouped = call.bool('enable_gqa');
  const [key, value] = [call.tensor('key'), call.tensor('value')].map((x) =>
    grouped ? repeatedHeads(call, x, query) : x,
  );
  if (key === undefined || value === undefined) throw call.wrong('key', 'a tensor');
  const width = query.shape.at(-1);
  if (typeof width !== 'number') throw call.wrong('query', 'heads of a fixed width');
  const scale = call.number('scale', 1 / Math.sqrt(width));
  const scaled = elementwise(g, 'Mul', [query, g.scalar(scale, query.dtype)], query.dtype);
  const scores = matmul(g, scaled, swapLast(g, key));
  const mask = call.bool('is_causal') ? causalMask(call, query, key) : call.tensorOrNull('attn_mask');
  const shares =
    mask === null
      ? mapped(g, 'Softmax', scores, { axis: -1n })
      : safeSoftmax(call, masked(call, scores, mask));
  return matmul(g, shares, value);
}

const withRest = (call: AtenCall): AtenValue => [attention(call), null];

export const ATTENTIONS = [
  ...rows(
    'scaled_dot_product_attention',
    'query key value attn_mask dropout_p is_causal scale enable_gqa',
    attention,
  ),
  ...rows(
    '_scaled_dot_product_flash_attention_for_cpu',
    'query key value dropout_p is_causal attn_mask scale',
    withRest,
  ),
];
