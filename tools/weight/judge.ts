/** Figures beside their limits. Pure. */
import { BUDGETS, type Budget, type BudgetName } from './budgets.ts';

/** What was measured of one budget. */
export interface Figure {
  readonly of: BudgetName;
  /** In the budget's unit. */
  readonly value: number;
  /** What it is made of, in words: the figures behind a ratio, the largest parts of a sum. */
  readonly detail?: string;
}

/** Whether a figure is above its limit. A figure that is no number is. */
export const isOver = ({ of, value }: Figure): boolean => !(value <= BUDGETS[of].limit);

const SHOWN: Readonly<Record<Budget['unit'], (value: number) => string>> = {
  packages: String,
  modules: String,
  kB: (value) => `${value.toFixed(0)} kB`,
  MB: (value) => `${value.toFixed(1)} MB`,
  floor: (value) => `${value.toFixed(2)} × the floor`,
};

/** `OVER    installation with optional parts: 402.1 MB, limit 380.0 MB`, and what it is made of. */
export function lineOf(figure: Figure): string {
  const { name, unit, limit }: Budget = BUDGETS[figure.of];
  const shown = SHOWN[unit];
  const detail = figure.detail === undefined ? '' : `\n          ${figure.detail}`;
  return `${isOver(figure) ? 'OVER  ' : 'ok    '}  ${name}: ${shown(figure.value)}, limit ${shown(limit)}${detail}`;
}
