/**
 * What the columns of a file of the log are. A row of the log has the columns of `META`, then `in_<name>` for each input and
 * `out_<name>` for each output: DOUBLE or VARCHAR, null where a value is missing. The file says in its metadata (key
 * `plimsoll`) what each column was called, since names that differ in case alone would be one column. Pure.
 */

import type { CapturedBlock, CapturedColumn } from '../../capture/block.ts';
import { elementAt } from '../../core/element-at.ts';
import { isRecord } from '../../core/record.ts';
import { storableText } from './log-paths.ts';

export type RedactionKind = 'drop' | 'hash' | 'bucket';

/** One input or output of the model. */
export interface LoggedColumn {
  /** As the signature has it. */
  readonly name: string;
  /** As the file has it. */
  readonly column: string;
  readonly type: 'DOUBLE' | 'VARCHAR';
  /** What is there instead of the value. */
  readonly redacted: 'hash' | 'bucket' | null;
}

export interface LogShape {
  readonly schema: 1;
  readonly endpoint: string | null;
  readonly model: string;
  readonly version: number;
  readonly inputs: readonly LoggedColumn[];
  readonly outputs: readonly LoggedColumn[];
}

type Kinds = ReadonlyMap<string, 'hash' | 'bucket'>;

export const logShape = (
  {
    endpoint,
    model,
    version,
    inputs,
    outputs,
  }: Pick<CapturedBlock, 'endpoint' | 'model' | 'version' | 'inputs' | 'outputs'>,
  redacted: Kinds,
): LogShape => ({
  schema: 1,
  endpoint,
  model,
  version,
  inputs: columnsOf('in_', inputs, redacted),
  outputs: columnsOf('out_', outputs, redacted),
});

function columnsOf(prefix: string, columns: readonly CapturedColumn[], redacted: Kinds): LoggedColumn[] {
  const plain = columns.map(({ name }) => prefix + storableText(name));
  const taken = new Set(plain.map((name) => name.toLowerCase()));
  const seen = new Set<string>();
  return columns.map(({ name, values }, i) => {
    let column = elementAt(plain, i);
    for (let n = 1; seen.has(column.toLowerCase()) || (n > 1 && taken.has(column.toLowerCase())); n++)
      column = `${plain[i]}.${n}`;
    seen.add(column.toLowerCase());
    const type = values instanceof Float64Array ? 'DOUBLE' : 'VARCHAR';
    return { name, column, type, redacted: redacted.get(name) ?? null };
  });
}

/** What a file's metadata says; null where no log wrote it. */
export function parseShape(text: string): LogShape | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) && parsed['schema'] === 1 && Array.isArray(parsed['inputs'])
      ? (parsed as unknown as LogShape)
      : null;
  } catch {
    return null;
  }
}
