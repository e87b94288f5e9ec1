/** Which window indices are settled, so that every window counts once in whatever order windows arrive. Pure. */
import type { WindowRange } from './state.ts';

export type WindowArrival = 'new' | 'duplicate' | 'late';

/**
 * A window is late where a window more than `allowance` indices after it has been taken: judged by windows, not by a
 * clock, so that a replay judges the same.
 */
export function classifyArrival(
  settled: readonly WindowRange[],
  index: number,
  allowance: number,
): WindowArrival {
  if (settled.some(({ from, to }) => from <= index && index <= to)) return 'duplicate';
  const last = settled.at(-1)?.to ?? -1;
  return index < last - allowance ? 'late' : 'new';
}

/** Most gaps that are remembered; beyond it the oldest is closed, and what would still fill it is a duplicate. */
const RANGES_MAX = 1000;

/** The ranges with `index` in them, neighbours joined. */
export function addSettledWindow(settled: readonly WindowRange[], index: number): readonly WindowRange[] {
  const before = settled.filter(({ to }) => to < index - 1);
  const after = settled.filter(({ from }) => from > index + 1);
  const touching = settled.slice(before.length, settled.length - after.length);
  const from = Math.min(index, ...touching.map((range) => range.from));
  const to = Math.max(index, ...touching.map((range) => range.to));
  const ranges = [...before, { from, to }, ...after];
  if (ranges.length <= RANGES_MAX) return ranges;
  const [first, second, ...rest] = ranges as [WindowRange, WindowRange, ...WindowRange[]];
  return [{ from: first.from, to: second.to }, ...rest];
}
