/** The columns of the output. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { DuckDBColumn } from '../../duckdb/copy.ts';
import type { OutputColumn } from '../../scorer/scorer.ts';
import type { FrozenInput } from '../chunk.ts';
import type { JobSpec } from '../spec/spec.ts';
import { outputColumns } from '../worker/output.ts';

/** Key, carried columns, outputs, stamps. Throws INPUT_COLUMNS where two of them would have one name. */
export function plannedColumns(
  spec: JobSpec,
  frozen: FrozenInput,
  outputs: readonly OutputColumn[],
): DuckDBColumn[] {
  const types = new Map(frozen.columns.map(({ name, type }) => [name, type]));
  const columns = outputColumns(spec, types, outputs);
  const seen = new Set<string>();
  for (const { name } of columns) {
    // Databases take names that differ in case alone for one.
    const folded = name.toLowerCase();
    if (seen.has(folded)) throw twice(name);
    seen.add(folded);
  }
  return columns;
}

const twice = (name: string): PlimsollError =>
  new PlimsollError('INPUT_COLUMNS', {
    problem: `the output would have two columns "${name}": one that is carried, one that is an answer`,
  });
