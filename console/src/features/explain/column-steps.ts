/** Between which values a column is moved, and in which steps. Pure. */
import type { ControlOperations } from '../../api/generated/control-api.ts';

export type ColumnRange =
  ControlOperations['GET /api/v1/models/{model}/versions/{version}/columns']['answer']['columns'][number];

export interface SliderScale {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** Steps that a range is cut into at most. */
const STEPS = 200;

/** The range of a column of numbers, around the value where nothing is known of it. */
export function sliderScale({ low, high, whole }: ColumnRange, value: unknown): SliderScale {
  const at = typeof value === 'number' && Number.isFinite(value) ? value : 0;
  const [from, to] = low === null || high === null || low >= high ? around(low ?? at) : [low, high];
  const bounds = { low: Math.min(from, at), high: Math.max(to, at) };
  const step = whole ? 1 : 10 ** Math.floor(Math.log10((to - from) / STEPS));
  return { ...bounds, step };
}

const around = (value: number): [number, number] => {
  const reach = Math.max(1, Math.abs(value));
  return [value - reach, value + reach];
};

/** Whether a curve can be drawn along a column: of texts there is no order, nor a list of them. */
export const hasCurve = ({ type, categories }: Pick<ColumnRange, 'type' | 'categories'>): boolean =>
  type === 'number' || type === 'bool' || categories !== null;

/** Values that a column takes one after the other, for a curve: so many numbers evenly, or its categories. */
export function curveValues(range: ColumnRange, value: unknown, points: number): readonly unknown[] {
  if (range.type === 'bool') return [false, true];
  if (range.categories !== null) return range.categories.slice(0, points);
  const { low, high } = sliderScale(range, value);
  const whole = range.whole && high - low < points;
  const count = whole ? high - low + 1 : points;
  return Array.from({ length: count }, (_, k) => low + ((high - low) * k) / (count - 1));
}
