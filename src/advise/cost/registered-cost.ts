/** The cost of a version by what its registration measured: one row through its engine. Pure. */
import { describedCost } from './described-cost.ts';
import type { ModelCost } from './model-cost.ts';

/** What the manifest of a version says. */
export interface RegisteredModel {
  /** Microseconds of a row. */
  readonly rowMicros: number;
  readonly runtime: 'native' | 'onnx' | 'python';
  /** A row that it answers, as JSON. */
  readonly example: unknown;
}

/** All but the time of a row is what holds for most models. */
export function registeredCost(name: string, { rowMicros, runtime, example }: RegisteredModel): ModelCost {
  const rowSize = Math.max(1, JSON.stringify(example ?? null).length);
  const described = { perRow: rowMicros, perRequest: null, memory: null, start: null, runtime, rowSize };
  return { ...describedCost(name, described), source: 'registered' };
}
