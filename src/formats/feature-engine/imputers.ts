import type { SimpleImputerStep } from '../../model/imputation.ts';
import type { ModelStep } from '../../model/step.ts';
import { blockBase, columnRuns, frameStep } from '../frame-step.ts';
import { toNumber, toText } from '../sklearn/arrays.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { byColumn, columnTexts, type FeatureFrame, featureFrame, keptBlocks } from './frame.ts';

/** MeanMedianImputer, ArbitraryNumberImputer, EndTailImputer, CategoricalImputer: a value a column (`imputer_dict_`). */
export function readFills(view: EstimatorView): ModelStep {
  const frame = featureFrame(view);
  const fills = new Map<number, number | string>();
  for (const [name, value] of byColumn(view, 'imputer_dict_')) {
    const fill = toText(value) ?? toNumber(value);
    if (fill === null)
      throw view.unsupported(`imputer_dict_[${name}]`, show(value), 'numbers and strings are');
    fills.set(frame.placesOf([name], 'imputer_dict_')[0] ?? -1, fill);
  }
  const runs = columnRuns(frame.names.length, (column) => typeOf(fills.get(column)));
  return frameStep(
    frame.base,
    runs.map(({ kind, columns }) => ({
      columns,
      step:
        kind === null
          ? null
          : filling(
              frame,
              kind,
              columns,
              columns.map((at) => fills.get(at) ?? null),
            ),
    })),
  );
}

const typeOf = (fill: number | string | undefined): 'number' | 'string' | null =>
  fill === undefined ? null : typeof fill === 'string' ? 'string' : 'number';

const filling = (
  { base }: FeatureFrame,
  type: SimpleImputerStep['type'],
  columns: readonly number[],
  fill: SimpleImputerStep['fill'],
): SimpleImputerStep => ({
  kind: 'simple-imputer',
  ...blockBase(base, columns),
  missing: { kind: 'null' },
  type,
  fill,
  indicators: [],
});

/** AddMissingIndicator: all columns, then 1 for each of `variables_` that is missing, else 0. */
export function readMissingIndicators(view: EstimatorView): ModelStep {
  const frame = featureFrame(view);
  const names = columnTexts(view, 'variables_', view.required('variables_'));
  const places = frame.placesOf(names, 'variables_');
  // The file does not say which columns are texts.
  const step: SimpleImputerStep = {
    ...filling(
      frame,
      'any',
      places,
      places.map(() => null),
    ),
    indicators: places.map((_, i) => i),
  };
  return frameStep(frame.base, [...keptBlocks(frame), { columns: places, step }]);
}
