import type { LayerContext, LayerTable } from '../layer.ts';
import { spatialAxes } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { alongAxis } from './image.ts';
import { dropsMask } from './kind.ts';

/** The windows of one axis: those that reach from i · from / to to (i + 1) · from / to, made whole. */
const windowsOf = (from: number, to: number): readonly (readonly [begin: number, end: number])[] =>
  Array.from({ length: to }, (_, i) => [
    Math.floor(Math.fround(Math.fround(i * from) / to)),
    Math.min(Math.ceil(Math.fround(Math.fround((i + 1) * from) / to)), from),
  ]);

/** Windows that one layer may slide over an axis. */
const MOST_WINDOWS = 1024;

/** Pooling to an output of a given size, axis by axis. */
const adaptive =
  (kind: 'average' | 'max', rank: number) =>
  (context: LayerContext): KerasTensor => {
    const { config } = context;
    const x = context.castInput;
    context.expectRank(x, [rank + 2]);
    const sizes = config.sizes('output_size', rank);
    return spatialAxes(context, rank).reduce((tensor, axis, i) => {
      const [from, to] = [context.fixed(tensor, axis), sizes[i] ?? 1];
      if (to < 1 || to > MOST_WINDOWS) throw config.unsupported('output_size', `1 to ${MOST_WINDOWS} are`);
      return kind === 'max'
        ? maximum(context, tensor, axis, windowsOf(from, to))
        : mean(context, tensor, axis, windowsOf(from, to));
    }, x);
  };

type Windows = ReturnType<typeof windowsOf>;

function maximum({ graph }: LayerContext, x: KerasTensor, axis: number, windows: Windows): KerasTensor {
  const parts = windows.map(([begin, end]) =>
    graph.reduce('ReduceMax', graph.slice(x, axis, begin, end), [axis], true),
  );
  return graph.concat(parts, axis);
}

function mean(context: LayerContext, x: KerasTensor, axis: number, windows: Windows): KerasTensor {
  const from = context.fixed(x, axis);
  context.expectStorable('the weights of its windows', from * windows.length);
  const matrix = new Float64Array(from * windows.length);
  for (const [i, [begin, end]] of windows.entries())
    matrix.fill(1 / (end - begin), i * from + begin, i * from + end);
  return alongAxis(context, x, axis, matrix, windows.length);
}

export const ADAPTIVE_POOLING_LAYERS: LayerTable = [1, 2, 3].flatMap(
  (rank): LayerTable => [
    [`AdaptiveAveragePooling${rank}D`, dropsMask(adaptive('average', rank))],
    [`AdaptiveMaxPooling${rank}D`, dropsMask(adaptive('max', rank))],
  ],
);
