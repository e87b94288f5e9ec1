import type { LayerContext, LayerTable } from '../layer.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { always, computesMask, ownWeights } from './kind.ts';

/** Rows of a table by their numbers; with `mask_zero`, 0 means that there is nothing. */
function embedding(context: LayerContext): KerasTensor {
  const { graph, config, input } = context;
  const [rows, width] = [config.count('input_dim'), config.count('output_dim')];
  const masks = config.flag('mask_zero', false);
  const indices = graph.cast(input, 'int32');
  const found =
    config.quantization() === null
      ? graph.gather(context.weight('vars/0', [rows, width]), indices, 0)
      : quantizedRows(context, indices, [rows, width]);
  return masks ? { ...found, mask: notEqual(context, input, 0) } : found;
}

/** Rows of whole numbers of 8 bits, each divided by its own scale. */
function quantizedRows(
  context: LayerContext,
  indices: KerasTensor,
  shape: readonly [number, number],
): KerasTensor {
  const { graph, computeType } = context;
  const table = context.numbers('vars/0', shape);
  if (table.dtype !== 'int8') throw context.unsupported('weight vars/0', table.dtype, 'int8 is');
  const found = graph.cast(graph.gather(graph.tensor(table), indices, 0), computeType);
  const scale = graph.gather(context.weight('vars/1', [shape[0]]), indices, 0);
  return graph.binary('Div', found, graph.expandDims(scale, -1));
}

/** A table of rows; with `reverse` what each row has in common with its input, as numbers of all rows. */
function reversibleEmbedding(context: LayerContext): KerasTensor {
  const { graph, config, call } = context;
  const reverse = call.kwargs.get('reverse') ?? call.args[1];
  if (reverse?.kind !== 'plain' || reverse.value !== true) return embedding(context);
  const [rows, width] = [config.count('input_dim'), config.count('output_dim')];
  const isTied = config.flag('tie_weights', true);
  const x = reverseInput(context);
  const kernel = isTied
    ? graph.transpose(context.weight('vars/0', [rows, width]), [1, 0])
    : context.weight('vars/1', [width, rows]);
  const logits = graph.matmul(x, kernel);
  if (!config.isGiven('logit_soft_cap')) return logits;
  const cap = config.number('logit_soft_cap');
  return graph.withScalar('Mul', graph.unary('Tanh', graph.withScalar('Div', logits, cap)), cap);
}

function reverseInput({ config, castInput }: LayerContext): KerasTensor {
  if (config.isGiven('reverse_dtype') && config.text('reverse_dtype') !== castInput.dtype)
    throw config.unsupported('reverse_dtype', 'the type of the layer is');
  return castInput;
}

const notEqual = ({ graph }: LayerContext, x: KerasTensor, value: number): KerasTensor =>
  graph.unary('Not', graph.withScalar('Equal', x, value));

/** Steps of which all features have the value are masked, and set to zero. */
function masking(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = context.castInput;
  const isGiven = graph.cast(notEqual(context, x, config.number('mask_value', 0)), 'int32');
  const most = graph.reduce('ReduceMax', isGiven, [-1], true);
  const mask = graph.cast(graph.squeeze(most, [-1]), 'bool');
  return { ...graph.binary('Mul', x, graph.cast(most, x.dtype)), mask };
}

export const EMBEDDING_LAYERS: LayerTable = [
  ['Embedding', { compile: embedding, quantized: 'int8', mask: 'computes', weights: ownWeights(always) }],
  [
    'ReversibleEmbedding',
    {
      compile: reversibleEmbedding,
      mask: 'computes',
      weights: ownWeights(always, (config) => !config.flag('tie_weights', true)),
    },
  ],
  ['Masking', computesMask(masking)],
];
