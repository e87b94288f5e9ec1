/** Whether columns that come fit those that are there. Pure. */
import { PlimsollError } from '../../../core/errors.ts';
import type { SinkRun } from '../sink.ts';

export interface ThereColumn {
  readonly name: string;
  /** Not null and without default: something has to come for it. */
  readonly required: boolean;
  readonly generated: boolean;
}

/** Throws SINK_INVALID with each column that does not fit, and `others` that are wrong. */
export function requireFit(
  there: readonly ThereColumn[],
  { columns }: SinkRun,
  where: string,
  others: readonly string[],
): void {
  const byName = new Map(there.map((column) => [column.name, column]));
  const coming = new Set(columns.map(({ name }) => name));
  const problems = [
    ...columns.flatMap(({ name, type }) => {
      const column = byName.get(name);
      if (column === undefined) return [`it has no column "${name}" (${type})`];
      return column.generated ? [`its column "${name}" is generated`] : [];
    }),
    ...there
      .filter(({ name, required }) => required && !coming.has(name))
      .map(({ name }) => `its column "${name}" is not null and has no default, nothing comes for it`),
    ...others,
  ];
  if (problems.length > 0) throw new PlimsollError('SINK_INVALID', { where, problems: problems.join('; ') });
}
