/** Which way a column may change. */
export type ColumnFreedom = 'held' | 'any' | 'up' | 'down';

/** What people say of the columns that may change, by name. */
export interface ColumnRules {
  readonly immutable: readonly string[];
  readonly increase: readonly string[];
  readonly decrease: readonly string[];
  /** Null: all. */
  readonly actionable: readonly string[] | null;
}

/** Names that the rules give and no column has. */
export function unknownColumns(rules: ColumnRules, names: readonly string[]): readonly string[] {
  const { immutable, increase, decrease, actionable } = rules;
  const given = [...immutable, ...increase, ...decrease, ...(actionable ?? [])];
  return [...new Set(given)].filter((name) => !names.includes(name));
}

/** One that may neither rise nor fall is held. */
export function columnFreedom(
  { immutable, increase, decrease, actionable }: ColumnRules,
  name: string,
): ColumnFreedom {
  if (immutable.includes(name) || (actionable !== null && !actionable.includes(name))) return 'held';
  if (increase.includes(name)) return decrease.includes(name) ? 'held' : 'up';
  return decrease.includes(name) ? 'down' : 'any';
}
