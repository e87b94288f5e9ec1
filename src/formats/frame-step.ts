import type { ColumnTransformerStep, ModelStep } from '../model/step.ts';
import type { StepBase } from '../model/step-base.ts';

/** Columns of a data frame that become something together; null keeps them as they are. */
export interface FrameBlock {
  readonly columns: readonly number[];
  readonly step: ModelStep | null;
}

/** Neighbouring columns of one kind, in the order of the frame. */
export function columnRuns<K>(
  width: number,
  kindOf: (column: number) => K,
): readonly { readonly kind: K; readonly columns: readonly number[] }[] {
  const runs: { kind: K; columns: number[] }[] = [];
  for (let column = 0; column < width; column++) {
    const kind = kindOf(column);
    const last = runs.at(-1);
    if (last !== undefined && last.kind === kind) last.columns.push(column);
    else runs.push({ kind, columns: [column] });
  }
  return runs;
}

/** Blocks side by side, as transformers of data frames give their columns. */
export const frameStep = (base: StepBase, blocks: readonly FrameBlock[]): ColumnTransformerStep => ({
  kind: 'column-transformer',
  ...base,
  branches: blocks.map(({ columns, step }, i) => ({
    name: base.featureNames?.[columns[0] ?? -1] ?? `columns${i}`,
    columns,
    scalar: false,
    weight: null,
    step,
  })),
});

/** A step inside a frame: it sees some of the columns. */
export const blockBase = ({ origin, featureNames }: StepBase, columns: readonly number[]): StepBase => {
  const names = columns.map((column) => featureNames?.[column]);
  return {
    origin,
    features: columns.length,
    featureNames: names.every((name) => name !== undefined) ? names : null,
  };
};
