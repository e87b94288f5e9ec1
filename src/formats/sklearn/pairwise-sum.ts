/**
 * Sum in numpy's order (`pairwise_sum_DOUBLE` in numpy/_core/src/umath/loops_utils.h.src), so that dividing by it
 * gives numpy's bits: plain below 8 items, eight accumulators up to 128, halves above.
 */
export function pairwiseSum(values: Float64Array, start: number, count: number): number {
  if (count < 8) {
    let sum = -0;
    for (const value of values.subarray(start, start + count)) sum += value;
    return sum;
  }
  if (count > 128) {
    const half = Math.floor(count / 2) - (Math.floor(count / 2) % 8);
    return pairwiseSum(values, start, half) + pairwiseSum(values, start + half, count - half);
  }
  const whole = start + count - (count % 8);
  /** Every eighth item from the one at `lane` on. */
  const sumOfLane = (lane: number): number => {
    let sum = values[start + lane]!;
    for (let i = start + lane + 8; i < whole; i += 8) sum += values[i]!;
    return sum;
  };
  const front = sumOfLane(0) + sumOfLane(1) + (sumOfLane(2) + sumOfLane(3));
  let sum = front + (sumOfLane(4) + sumOfLane(5) + (sumOfLane(6) + sumOfLane(7)));
  for (const value of values.subarray(whole, start + count)) sum += value;
  return sum;
}
