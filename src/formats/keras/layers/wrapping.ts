import { isObject, itemsOf } from '../../json/document.ts';
import type { LayerContext, LayerTable } from '../layer.ts';
import type { KerasTensor, ReshapeSize } from '../tensor-graph.ts';
import { computesMask } from './kind.ts';

/** A layer for every step of a sequence: steps are rows while it runs. */
function timeDistributed(context: LayerContext): KerasTensor {
  const { graph, config, scope, layer, input } = context;
  const inner = scope.partOf(layer, config.object('layer'), 'layer');
  if (input.shape.length < 3)
    throw context.invalid('its input', `a tensor of ${input.shape.length} axes`, 'batch, time and features');
  const sizes = input.shape.slice(2).map((size, i): number => {
    if (size === null) throw context.unsupported(`axis ${i + 2} of its input`, 'free', 'a fixed size is');
    return size;
  });
  const rows = graph.reshape(input, ['rest', ...sizes]);
  const call = { args: [{ kind: 'tensor' as const, tensor: { ...rows, mask: null } }], kwargs: new Map() };
  const [result, ...others] = scope.callLayer(inner, call);
  if (result === undefined || others.length > 0)
    throw context.unsupported('layer', 'a layer with several outputs', 'one output is');
  return { ...splitSteps(context, input, result), mask: context.mask };
}

/** `[batch · time, …]` as `[batch, time, …]`. */
function splitSteps({ graph }: LayerContext, input: KerasTensor, result: KerasTensor): KerasTensor {
  const time = input.shape[1] ?? null;
  const sizes = result.shape.slice(1);
  if (time !== null && sizes.every((size) => size !== null))
    return graph.reshape(result, ['rest', time, ...sizes.map((size): ReshapeSize => size ?? 1)]);
  const target = graph.concat([graph.sizesOf(input, 0, 2), graph.sizesOf(result, 1, result.shape.length)], 0);
  return graph.reshapeTo(result, target, [input.shape[0] ?? null, time, ...sizes]);
}

/** A layer whose kernel was divided by its largest singular value after each step of training; its weights are kept that way. */
function spectralNormalization(context: LayerContext): KerasTensor {
  const { graph, config, scope, layer, input, call } = context;
  const [result] = scope.callLayer(scope.partOf(layer, config.object('layer'), 'layer'), call);
  if (result === undefined) throw context.invalid('layer', 'no output', 'one output');
  return input.dtype.startsWith('float') ? { ...graph.cast(result, input.dtype), mask: result.mask } : result;
}

/** Layers of images one after the other. */
function pipeline(context: LayerContext): readonly KerasTensor[] {
  const { config, scope, layer, input } = context;
  const items = itemsOf(config.get('layers'));
  if (items === null) throw config.wrong('layers', 'a list of layers');
  return items.reduce<readonly KerasTensor[]>(
    ([tensor = input], item, i) => {
      if (!isObject(item)) throw config.wrong('layers', 'a list of layers');
      const args = [{ kind: 'tensor' as const, tensor }];
      return scope.callLayer(scope.partOf(layer, item.fields, `layers.${i}`), { args, kwargs: new Map() });
    },
    [input],
  );
}

export const WRAPPING_LAYERS: LayerTable = [
  [
    'TimeDistributed',
    {
      compile: timeDistributed,
      mask: 'computes',
      weights: (config, scope) => scope.inner(config, 'layer', 'layer'),
    },
  ],
  [
    'SpectralNormalization',
    {
      compile: spectralNormalization,
      mask: 'computes',
      weights: (config, scope) => [{ path: 'vars/0', fixed: true }, ...scope.inner(config, 'layer', 'layer')],
    },
  ],
  ['Pipeline', computesMask(pipeline)],
];
