import type { PmmlClusteringModel } from '../../../model/pmml/distances.ts';
import { emptyResult, type PmmlResult, type PmmlState } from './state.ts';

/** The cluster whose centre is nearest, the first of equals. Missing fields are left out, and the rest scaled up. */
export function prepareClustering(state: PmmlState, model: PmmlClusteringModel): () => PmmlResult {
  const { fields, centers, missingWeights } = model;
  const input = new Float64Array(fields.length);
  const distances = new Float64Array(centers.length);
  const result = emptyResult();
  const all = missingWeights.reduce((sum, weight) => sum + weight, 0);
  return () => {
    let there = 0;
    for (let i = 0; i < fields.length; i++) {
      const x = state.number(fields[i]!.field);
      input[i] = x ?? Number.NaN;
      if (x !== null) there += missingWeights[i]!;
    }
    if (there === 0) {
      Object.assign(result, emptyResult());
      return result;
    }
    let nearest = 0;
    for (let k = 0; k < centers.length; k++) {
      distances[k] = distanceOf(model, input, centers[k]!, all / there);
      if (distances[k]! < distances[nearest]!) nearest = k;
    }
    result.value = model.classes[nearest] ?? null;
    result.entity = result.value === null ? null : String(result.value);
    result.affinity = distances[nearest]!;
    result.scores = distances;
    return result;
  };
}

function distanceOf(
  { metric, power, fields }: PmmlClusteringModel,
  input: Float64Array,
  center: Float64Array,
  adjustment: number,
): number {
  const exponent =
    metric === 'minkowski' ? power : metric === 'euclidean' || metric === 'squaredEuclidean' ? 2 : 1;
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < fields.length; i++) {
    const x = input[i]!;
    if (Number.isNaN(x)) continue;
    const part = fields[i]!.weight * compared(fields[i]!, x, center[i]!) ** exponent;
    sum += part;
    if (part > largest) largest = part;
  }
  if (metric === 'chebychev') return largest * adjustment;
  if (metric === 'euclidean') return Math.sqrt(sum * adjustment);
  return metric === 'minkowski' ? (sum * adjustment) ** (1 / power) : sum * adjustment;
}

function compared(
  { compare, scale }: PmmlClusteringModel['fields'][number],
  x: number,
  center: number,
): number {
  switch (compare) {
    case 'absDiff':
      return Math.abs(x - center);
    case 'gaussSim':
      return Math.exp((-Math.LN2 * (x - center) ** 2) / (scale * scale));
    case 'delta':
      return x === center ? 0 : 1;
    case 'equal':
      return x === center ? 1 : 0;
  }
}
