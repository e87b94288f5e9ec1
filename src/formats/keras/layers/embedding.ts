import type { LayerContext, LayerTable } from '../layer.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { always, computesMask, ownWeights } from './kind.ts';

/** Rows of a table by their numbers; with `mask_zero`, 0 means that there is nothing. */
function embedding(context: LayerContext): KerasTensor {
  const { graph, config, input } = context;
  const [rows, width] = [config.count('input_dim'), config.count('output_dim')];
  const masks = config.flag('mask_zero', false);
  const indices = graph.cast(input, 'int32');
  const table = context.weight('vars/0', [rows, width]);
  const found = graph.gather(table, indices, 0);
  return masks ? { ...found, mask: notEqual(context, input, 0) } : found;
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
  ['Embedding', { compile: embedding, mask: 'computes', weights: ownWeights(always) }],
  ['Masking', computesMask(masking)],
];
