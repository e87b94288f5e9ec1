/** Where a number is among ascending steps, in a few nanoseconds. Pure. */

/** The steps, then infinity, 31 or 255 in all. */
export function searchSteps(ascending: readonly number[]): Float64Array {
  const steps = new Float64Array(ascending.length < 32 ? 31 : 255).fill(Infinity);
  steps.set(ascending);
  return steps;
}

/**
 * How many steps are below `values[i]`, for each of them; below what is not a number there are none. The search has no
 * branch: values come in no order, and a branch that is guessed wrongly costs as much as all of it.
 */
export function countBelow(
  steps: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  target: Uint8Array,
): void {
  if (steps.length === 31) below31(steps, values, from, to, target);
  else below255(steps, values, from, to, target);
}

function below31(
  steps: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  target: Uint8Array,
): void {
  for (let i = from; i < to; i++) {
    const x = values[i]!;
    let k = +(steps[15]! < x) << 4;
    k += +(steps[k + 7]! < x) << 3;
    k += +(steps[k + 3]! < x) << 2;
    k += +(steps[k + 1]! < x) << 1;
    k += +(steps[k]! < x);
    target[i - from] = k;
  }
}

function below255(
  steps: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  target: Uint8Array,
): void {
  for (let i = from; i < to; i++) {
    const x = values[i]!;
    let k = 0;
    for (let half = 7; half >= 0; half--) k += +(steps[k + (1 << half) - 1]! < x) << half;
    target[i - from] = k;
  }
}
