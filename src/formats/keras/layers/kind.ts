import type { KerasConfig } from '../config.ts';
import type { CompileLayer, LayerKind, WeightPlace } from '../layer.ts';

const NO_WEIGHTS = (): readonly WeightPlace[] => [];

/** A layer without weights that hands its mask on. */
export const keepsMask = (compile: CompileLayer): LayerKind => ({
  compile,
  mask: 'keeps',
  weights: NO_WEIGHTS,
});

/** A layer without weights that knows nothing of masks. */
export const dropsMask = (compile: CompileLayer): LayerKind => ({
  compile,
  mask: 'drops',
  weights: NO_WEIGHTS,
});

/** A layer without weights that answers tensors with their masks. */
export const computesMask = (compile: CompileLayer): LayerKind => ({
  compile,
  mask: 'computes',
  weights: NO_WEIGHTS,
});

/** What a layer gives in training only: it hands on its input. */
export const trainingOnly: LayerKind = keepsMask(({ input }) => input);

/** Weights of the layer itself, in order: those that its configuration says it has. */
export const ownWeights =
  (...isMade: readonly ((config: KerasConfig) => boolean)[]) =>
  (config: KerasConfig): readonly WeightPlace[] =>
    isMade.filter((has) => has(config)).map((_, i) => ({ path: `vars/${i}` }));

export const always = (): boolean => true;
export const withBias = (config: KerasConfig): boolean => config.flag('use_bias', true);
