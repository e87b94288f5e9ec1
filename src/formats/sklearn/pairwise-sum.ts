/**
 * Sum in numpy's order (`pairwise_sum_DOUBLE` in numpy/_core/src/umath/loops_utils.h.src), so that dividing by it
 * gives numpy's bits: plain below 8 items, eight accumulators up to 128, halves above.
 */
export function pairwiseSum(values: Float64Array, start: number, count: number): number {
  if (count < 8) {
    let sum = -0;
    for (let i = 0; i < count; i++) sum += values[start + i]!;
    return sum;
  }
  if (count > 128) {
    const half = Math.floor(count / 2) - (Math.floor(count / 2) % 8);
    return pairwiseSum(values, start, half) + pairwiseSum(values, start + half, count - half);
  }
  const lanes = values.slice(start, start + 8);
  let i = 8;
  for (; i < count - (count % 8); i += 8)
    for (let lane = 0; lane < 8; lane++) lanes[lane]! += values[start + i + lane]!;
  let sum =
    lanes[0]! + lanes[1]! + (lanes[2]! + lanes[3]!) + (lanes[4]! + lanes[5]! + (lanes[6]! + lanes[7]!));
  for (; i < count; i++) sum += values[start + i]!;
  return sum;
}
