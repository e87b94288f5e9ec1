import type { TableColumn } from '../../model/encoding.ts';
import type { ColumnTransformerStep, ModelStep } from '../../model/step.ts';
import { asOneHot, type CategoryRows, tableColumn } from '../category-rows.ts';
import { blockBase, columnRuns, type FrameBlock, frameStep } from '../frame-step.ts';
import { isType } from '../pickle/value.ts';
import { arrayItemsOf } from '../sklearn/arrays.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import {
  type ColumnLabel,
  columnLabel,
  columnLabels,
  type EncodedFrame,
  encodedFrame,
} from './frame-columns.ts';
import { lumpsOf, withLumps } from './lumping.ts';

/** What an encoder makes of each of its columns, and the names of the columns that it gives for it. */
export interface EncodedColumn extends CategoryRows {
  readonly names: readonly ColumnLabel[];
}

/** Encoders of category_encoders: each of `cols` becomes columns in its place, the others stay as they are. */
export function encoderStep(
  view: EstimatorView,
  encoded: ReadonlyMap<ColumnLabel, EncodedColumn>,
): ColumnTransformerStep {
  refuseComposites(view);
  const frame = encodedFrame(view, new Map(Array.from(encoded, ([label, { names }]) => [label, names])));
  const lumps = lumpsOf(view);
  const dropped = droppedColumns(view);
  const columns = frame.columns.map((label) => {
    const rows = frame.encoded.has(label) ? encoded.get(label) : undefined;
    if (rows === undefined) return null;
    const column = tableColumn(view, `mapping[${label}]`, withLumps(rows, lumps.get(label)));
    return withoutColumns(column, rows.names, dropped);
  });
  const blocks = [...interceptOf(view, frame, columns), ...blocksOf(view, frame, columns)];
  return frameStep(frame.base, blocks);
}

/** Up to 2.5 contrasts follow a column of ones: what any cell of the first encoded column becomes. */
function interceptOf(
  view: EstimatorView,
  { base, columns: labels }: EncodedFrame,
  columns: readonly (TableColumn | null)[],
): readonly FrameBlock[] {
  const [first] = columnLabels(view, 'feature_names') ?? columnLabels(view, 'feature_names_out_') ?? [];
  const at = columns.findIndex((column) => column !== null);
  const column = columns[at];
  if (first !== 'intercept' || labels.includes('intercept') || !column) return [];
  const { categories } = column;
  const rows = new Float64Array(categories.values.length).fill(1);
  const ones: TableColumn = { categories, width: 1, rows, unknown: Float64Array.of(1) };
  return [{ columns: [at], step: { kind: 'category-table', ...blockBase(base, [at]), columns: [ones] } }];
}

function blocksOf(
  view: EstimatorView,
  { base }: EncodedFrame,
  columns: readonly (TableColumn | null)[],
): readonly FrameBlock[] {
  const oneHots = columns.map((column) => (column === null ? null : asOneHot(column)));
  const runs = columnRuns(columns.length, (at) => {
    const column = columns[at] ?? null;
    if (column === null) return 'kept';
    // A column that becomes none is still looked at where it can refuse a row.
    if (column.width === 0 && column.unknown !== null) return 'dropped';
    return (oneHots[at] ?? null) === null ? 'table' : column.unknown === null ? 'error' : 'ignore';
  });
  const refusesMissing = view.get('handle_missing') === 'error' ? { refusesMissing: true as const } : {};
  return runs.flatMap(({ kind, columns: run }): FrameBlock[] => {
    if (kind === 'dropped') return [];
    if (kind === 'kept') return [{ columns: run, step: null }];
    const own = { ...blockBase(base, run), ...refusesMissing };
    const step: ModelStep =
      kind === 'table'
        ? { kind: 'category-table', ...own, columns: run.flatMap((at) => columns[at] ?? []) }
        : { kind: 'one-hot', ...own, columns: run.flatMap((at) => oneHots[at] ?? []), unknown: kind };
    return [{ columns: run, step }];
  });
}

/** Columns joined from several ones are no columns of the file. */
function refuseComposites(view: EstimatorView): void {
  const members = view.get('composite_members_');
  if (isType(members, 'dict') && members.entries.length > 0)
    throw view.unsupported('composite_cols', show(members), 'columns by themselves are');
}

/** Columns left out of what the encoder gives, for they had one value at fit (`drop_invariant`). */
function droppedColumns(view: EstimatorView): ReadonlySet<ColumnLabel | null> {
  return view.flag('drop_invariant', false)
    ? new Set(arrayItemsOf(view.get('invariant_cols', 'drop_cols'))?.map(columnLabel))
    : new Set();
}

function withoutColumns(
  column: TableColumn,
  names: readonly ColumnLabel[],
  dropped: ReadonlySet<ColumnLabel | null>,
): TableColumn {
  const kept = names.flatMap((name, i) => (dropped.has(name) ? [] : [i]));
  if (kept.length === names.length) return column;
  const { width, rows, unknown, categories } = column;
  return {
    categories,
    width: kept.length,
    rows: Float64Array.from({ length: categories.values.length * kept.length }, (_, k) => {
      const at = kept[k % kept.length] ?? 0;
      return rows[Math.floor(k / kept.length) * width + at] ?? Number.NaN;
    }),
    unknown: unknown === null ? null : Float64Array.from(kept, (i) => unknown[i] ?? Number.NaN),
  };
}
