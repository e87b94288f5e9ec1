import { elementwise, sliced, transposed } from '../aten/primitives.ts';
import { reshaped } from '../aten/reshape.ts';
import type { AtenTensor, AtenValue } from '../aten/value.ts';
import {
  type LayerRow,
  type ModuleContext,
  type ModuleInput,
  type ModuleLayer,
  tensorGiven,
} from './layer.ts';
import type { ModuleView } from './view.ts';

/** Encoders of transformers, without masks: `forward(src)`. */

/** Queries, keys and values of one input: [N, heads, length, width]. */
function selfAttention(module: ModuleView, x: AtenTensor, context: ModuleContext): AtenTensor {
  const { g, call } = context;
  const width = module.number('embed_dim', 1);
  const heads = module.number('num_heads', 1);
  const [weight, bias] = [module.tensor('in_proj_weight', g), module.tensor('in_proj_bias', g)];
  if (weight === null || module.has('bias_k') || module.flag('add_zero_attn'))
    throw module.wrong('in_proj_weight', 'missing', 'one width of queries, keys and values is');
  const isBatchFirst = module.flag('batch_first');
  const rows = isBatchFirst ? x : transposed(g, x, [1, 0, 2]);
  const all = tensorGiven(module, call(module, 'linear', { input: rows, weight, bias }));
  const [batch, length] = [g.sizeOf(rows, 0), g.sizeOf(rows, 1)];
  const [query, key, value] = [0, 1, 2].map((i) => {
    const part = sliced(g, all, 2, [i * width, (i + 1) * width, 1]);
    return transposed(g, reshaped(g, part, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  });
  const seen = call(module, 'scaled_dot_product_attention', { query, key, value });
  const together = transposed(g, tensorGiven(module, seen), [0, 2, 1, 3]);
  const made = context.run(module.child('out_proj'), reshaped(g, together, [batch, length, width]));
  const answer = tensorGiven(module, made);
  return isBatchFirst ? answer : transposed(g, answer, [1, 0, 2]);
}

/** The activation: a function by its name, or a module. */
function activated(module: ModuleView, x: AtenValue, { call, run }: ModuleContext): AtenValue {
  const own = module.children().find(({ name }) => name === 'activation');
  if (own !== undefined) return run(own.module, x);
  const name = module.functionName('activation') ?? 'relu';
  if (name !== 'relu' && name !== 'gelu')
    throw module.wrong('activation', name, 'relu, gelu and modules of torch.nn are');
  return call(module, name, { self: x });
}

const encoderLayer: ModuleLayer = {
  emit(module, given, context) {
    const { g, run } = context;
    const x = tensorGiven(module, given);
    const plus = (a: AtenTensor, b: AtenValue): AtenTensor =>
      elementwise(g, 'Add', [a, tensorGiven(module, b)], a.dtype);
    const feed = (y: AtenValue): AtenValue =>
      run(module.child('linear2'), activated(module, run(module.child('linear1'), y), context));
    const norm = (i: 1 | 2, y: AtenValue): AtenTensor =>
      tensorGiven(module, run(module.child(`norm${i}`), y));
    const attend = (y: AtenTensor): AtenTensor => selfAttention(module.child('self_attn'), y, context);
    if (module.flag('norm_first')) {
      const y = plus(x, attend(norm(1, x)));
      return plus(y, feed(norm(2, y)));
    }
    const y = norm(1, plus(x, attend(x)));
    return norm(2, plus(y, feed(y)));
  },
  input: (module) => inputOf(module.child('self_attn')),
};

const inputOf = (attention: ModuleView): ModuleInput => {
  const width = attention.number('embed_dim', 1);
  return {
    dtype: 'float32',
    shape: attention.flag('batch_first') ? ['N', 'length', width] : ['length', 'N', width],
  };
};

const layersOf = (module: ModuleView): readonly ModuleView[] =>
  module
    .child('layers')
    .children()
    .map(({ module: layer }) => layer);

const encoder: ModuleLayer = {
  emit(module, x, { run }) {
    const made = layersOf(module).reduce((value, layer) => run(layer, value), x);
    const norm = module.children().find(({ name }) => name === 'norm');
    return norm === undefined ? made : run(norm.module, made);
  },
  input: (module) => {
    const [first] = layersOf(module);
    return first === undefined ? null : inputOf(first.child('self_attn'));
  },
};

export const TRANSFORMER_LAYERS: readonly LayerRow[] = [
  ['TransformerEncoderLayer', encoderLayer],
  ['TransformerEncoder', encoder],
];
