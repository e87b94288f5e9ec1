import type { LayerContext } from './layer.ts';
import type { KerasTensor } from './tensor-graph.ts';

/** Whether the channels are the last axis: what Keras does where a layer does not say otherwise. */
export const isChannelsLast = ({ config }: LayerContext): boolean =>
  config.oneOf('data_format', ['channels_last', 'channels_first'], 'channels_last') === 'channels_last';

/** Axes between batch and channels. */
export const spatialAxes = (context: LayerContext, rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => i + (isChannelsLast(context) ? 1 : 2));

/** Runs what works on `[batch, channels, …]`, as ONNX does, over either layout. */
export function inChannelsFirst(
  context: LayerContext,
  x: KerasTensor,
  run: (x: KerasTensor) => KerasTensor,
): KerasTensor {
  if (!isChannelsLast(context)) return run(x);
  const last = x.shape.length - 1;
  const first = context.graph.transpose(x, [0, last, ...axesBetween(1, last)]);
  return context.graph.transpose(run(first), [0, ...axesBetween(2, last + 1), 1]);
}

export const axesBetween = (start: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
