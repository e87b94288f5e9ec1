/**
 * What this program may weigh: every limit, in this file alone. `npm run ok` holds the bundle to its limits, `npm run
 * ok:weight` everything. A limit is a little above what is measured. Lower it when the figure has come down; who raises
 * one says in the commit what that buys.
 */

export interface Budget {
  /** What is measured, as it is printed. */
  readonly name: string;
  /** MB are 2^20 bytes, kB 2^10. */
  readonly unit: 'packages' | 'kB' | 'MB';
  readonly limit: number;
}

export const BUDGETS = {
  required: { name: 'packages of an installation without optional parts', unit: 'packages', limit: 0 },
  optional: { name: 'packages that optional parts bring', unit: 'packages', limit: 20 },
  coldImports: { name: 'cold path: JavaScript that a start imports', unit: 'kB', limit: 1550 },
  packed: { name: 'packed package', unit: 'MB', limit: 20 },
  withoutOptional: { name: 'installation without optional parts', unit: 'MB', limit: 60 },
  withOptional: { name: 'installation with optional parts', unit: 'MB', limit: 380 },
  development: { name: 'development installation', unit: 'MB', limit: 900 },
} as const satisfies Readonly<Record<string, Budget>>;

export type BudgetName = keyof typeof BUDGETS;
