import { createScratch, type RowBlock, toDense } from '../engine/native/block.ts';
import type { ModelEncoding } from './encoding.ts';

/** `gblinear` of XGBoost as the linear model that its margins are: of float32 numbers, where a missing one is 0; anything else as it is. */
export function linearOf(encoding: ModelEncoding): ModelEncoding {
  const { predictor, encode } = encoding;
  if (predictor.kind !== 'linear-booster') return encoding;
  const { origin, featureNames, features, weights, bias, missingNumber = Number.NaN } = predictor;
  const scratch = createScratch();
  const filled = (block: RowBlock): RowBlock => {
    const dense = toDense(block, [], scratch);
    const data = Float64Array.from({ length: dense.rows * dense.cols }, (_, k) => {
      const held = Math.fround(dense.data[k]!);
      return Number.isNaN(held) || held === missingNumber ? 0 : held;
    });
    return { ...dense, data };
  };
  return {
    ...encoding,
    predictor: {
      ...{ kind: 'linear-regressor', origin, features, featureNames, coef: weights },
      ...{ intercept: bias, flat: weights.rows === 1 },
    },
    encode: (batch) => filled(encode(batch)),
  };
}
