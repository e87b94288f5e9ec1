import type { FileFormatReader } from '../../format.ts';
import { describeWeights } from '../weights.ts';
import { looksLikeIndex } from './shards.ts';
import { readStateDict } from './state-dict.ts';

/** An index of weights in several files of its folder. */
export const shardedWeightsFormat: FileFormatReader = {
  id: 'safetensors',
  match: looksLikeIndex,
  read(source, context) {
    const { tensors, globals } = readStateDict(source, context, null);
    const weights = Array.from(tensors, ([name, { dtype, shape }]) => ({ name, dtype, shape }));
    const framework = { name: 'torch', version: null };
    return {
      ...describeWeights(weights, { what: 'state dict in several files', framework, notes: [], globals }),
      format: 'safetensors',
    };
  },
};
