/** What must not be in the log is left out, or replaced, before anything is written. Pure. */

import type { CapturedBlock, CapturedColumn, CapturedValues } from '../../capture/block.ts';
import { redactNotes } from '../../capture/explanation-note.ts';
import { valueOfKey } from '../../core/element-at.ts';
import type { RedactionKind } from './log-shape.ts';

export interface RedactionRules {
  /** By name of the column, input or output. */
  readonly rules: Readonly<Record<string, RedactionKind>>;
  /** A keyed hash of a value. */
  readonly hash: (value: string) => string;
  /**
   * Names of the bins of the reference profile in which the values of a column are, or null where there is no profile: then
   * nothing is kept of them.
   */
  readonly buckets: (
    block: Pick<CapturedBlock, 'model' | 'version' | 'meta'>,
    column: CapturedColumn,
  ) => readonly (string | null)[] | null;
}

export const NO_REDACTIONS: RedactionRules = { rules: {}, hash: (value) => value, buckets: () => null };

export interface RedactedBlock {
  readonly block: CapturedBlock;
  /** What is in columns instead of their values. */
  readonly kinds: ReadonlyMap<string, 'hash' | 'bucket'>;
}

export function redactBlock(block: CapturedBlock, redactions: RedactionRules): RedactedBlock {
  const kinds = new Map<string, 'hash' | 'bucket'>();
  const columnsOf = (columns: readonly CapturedColumn[]): CapturedColumn[] =>
    columns.flatMap((column) => {
      const { name } = column;
      const rule = Object.hasOwn(redactions.rules, name) ? valueOfKey(redactions.rules, name) : null;
      if (rule === null) return [column];
      if (rule === 'drop') return [];
      kinds.set(name, rule);
      const values =
        rule === 'hash'
          ? hashed(column.values, redactions.hash)
          : (redactions.buckets(block, column) ?? nothing(block.rows));
      return [{ name, values }];
    });
  const meta = redactMeta(block, redactions.rules);
  return {
    block: { ...block, inputs: columnsOf(block.inputs), outputs: columnsOf(block.outputs), meta },
    kinds,
  };
}

function redactMeta({ meta, outputs }: CapturedBlock, rules: RedactionRules['rules']): CapturedBlock['meta'] {
  if (meta.explanation === undefined) return meta;
  const isHidden = (name: string): boolean => Object.hasOwn(rules, name);
  const isDropped = (name: string): boolean => isHidden(name) && valueOfKey(rules, name) === 'drop';
  return { ...meta, explanation: redactNotes(meta.explanation, outputs, { isDropped, isHidden }) };
}

const nothing = (rows: number): readonly null[] => new Array<null>(rows).fill(null);

/** A missing value stays missing; equal values have equal hashes. */
function hashed(values: CapturedValues, hash: (value: string) => string): readonly (string | null)[] {
  if (!(values instanceof Float64Array)) return values.map((text) => (text === null ? null : hash(text)));
  return Array.from(values, (number) => (Number.isNaN(number) ? null : hash(String(number))));
}
