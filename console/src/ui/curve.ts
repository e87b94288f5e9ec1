/** What is drawn over time. Pure. */

/** Harm and its absence, an arm of an experiment, or what is neither. */
export type CurveInk = 'harm' | 'safe' | 'arm' | 'plain';

export interface CurvePoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null where nothing is known yet. */
  readonly value: number | null;
  /** An interval around it. */
  readonly low?: number | null;
  readonly high?: number | null;
}

export interface Curve {
  readonly name: string;
  readonly ink: CurveInk;
  readonly points: readonly CurvePoint[];
}

/** A figure, and its interval where it has one. */
export function figureOf(point: CurvePoint | undefined, format: (value: number | null) => string): string {
  const { value = null, low = null, high = null } = point ?? {};
  return low === null || high === null
    ? format(value)
    : `${format(value)} (${format(low)} to ${format(high)})`;
}
