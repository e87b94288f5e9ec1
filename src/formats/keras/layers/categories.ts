import type { DType } from '../../../model/tensor.ts';
import type { LayerContext } from '../layer.ts';
import { axesBetween } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';

export const ENCODINGS = ['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'] as const;
export type CategoryEncodingMode = (typeof ENCODINGS)[number];

/**
 * Numbers of categories as numbers, or as one column a category (`encode_categorical_inputs` of Keras). A number that is no
 * category has no column.
 */
export function encodeCategories(
  context: LayerContext,
  ids: KerasTensor,
  depth: number,
  mode: CategoryEncodingMode,
  { weights = null, dtype = context.computeType }: { weights?: KerasTensor | null; dtype?: DType } = {},
): KerasTensor {
  const { graph, config } = context;
  if (config.get('sparse') === true) throw config.unsupported('sparse', 'dense outputs are');
  if (mode === 'int') return graph.cast(ids, dtype);
  context.expectStorable('the number of categories', depth);
  const rank = ids.shape.length;
  const isColumn = mode === 'one_hot' && rank > 1 && ids.shape[rank - 1] === 1;
  const places = isColumn ? graph.squeeze(ids, [rank - 1]) : ids;
  if (mode !== 'one_hot' && rank < 2)
    throw context.unsupported('its input', 'one axis', 'a batch of rows is');
  const columns = graph.numbers(axesBetween(0, depth), 'int64');
  const hot = graph.cast(
    graph.binary('Equal', graph.expandDims(places, places.shape.length), columns),
    dtype,
  );
  if (mode === 'one_hot') return hot;
  if (mode === 'multi_hot') return graph.reduce('ReduceMax', hot, [rank - 1], false);
  const weighted =
    weights === null ? hot : graph.binary('Mul', hot, graph.expandDims(graph.cast(weights, dtype), rank));
  return graph.reduce('ReduceSum', weighted, [rank - 1], false);
}
