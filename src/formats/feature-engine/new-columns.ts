import type { ArithmeticOperator, ColumnDomain, ColumnExpression } from '../../model/arithmetic.ts';
import type { ModelStep } from '../../model/step.ts';
import { blockBase, frameStep } from '../frame-step.ts';
import { arrayItemsOf, toText } from '../sklearn/arrays.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { call, constant, divided, times } from './formula.ts';
import { columnTexts, featureFrame, keptBlocks, numbersByColumn } from './frame.ts';

/** Columns of which others are made; `made` has an expression each, by their place among `names`. */
interface NewColumns {
  readonly names: readonly string[];
  readonly made: readonly ColumnExpression[];
  readonly domains?: readonly ColumnDomain[];
}

/** All columns, or all but those that new ones are made of (`drop_original`), then the new ones. */
function withColumns(view: EstimatorView, { names, made, domains = [] }: NewColumns): ModelStep {
  if ((view.get('missing_values') ?? 'raise') !== 'raise')
    throw view.unsupported('missing_values', show(view.required('missing_values')), "'raise' is");
  const frame = featureFrame(view);
  const places = frame.placesOf(names, 'variables_');
  const left = view.flag('drop_original', false) ? new Set(places) : new Set<number>();
  const step: ModelStep = {
    kind: 'arithmetic',
    ...blockBase(frame.base, places),
    refusesMissing: true,
    columns: made,
    domains,
  };
  return frameStep(frame.base, [...keptBlocks(frame, left), { columns: places, step }]);
}

const column = (index: number): ColumnExpression => ({ kind: 'column', column: index });

/** CyclicalFeatures: sine and cosine of each column over its largest value, as an angle of a turn. */
export function readCycles(view: EstimatorView): ModelStep {
  const names = columnTexts(view, 'variables_', view.required('variables_'));
  const largest = numbersByColumn(view, 'max_values_');
  const made = names.flatMap((name, i) => {
    const turn = (2 * Math.PI) / (largest.get(name) ?? Number.NaN);
    const angle = times(column(i), constant(turn));
    return [call('sin', angle), call('cos', angle)];
  });
  return withColumns(view, { names, made });
}

const REDUCTIONS: Readonly<Record<string, ArithmeticOperator>> = {
  sum: 'add',
  mean: 'add',
  prod: 'multiply',
  min: 'minimum',
  max: 'maximum',
};

/** MathFeatures: sums, means, products and extremes of several columns. */
export function readAggregates(view: EstimatorView): ModelStep {
  const names = columnTexts(view, 'variables', view.required('variables'));
  const func = view.required('func');
  const made = (arrayItemsOf(func) ?? [func]).map((value): ColumnExpression => {
    const name = toText(value) ?? '';
    const operator = Object.hasOwn(REDUCTIONS, name) ? REDUCTIONS[name] : undefined;
    if (operator === undefined)
      throw view.unsupported('func', show(value), `${Object.keys(REDUCTIONS).join(', ')} are`);
    const all = names
      .map((_, i) => column(i))
      .reduce((left, right) => ({ kind: 'operation', operator, left, right }));
    return name === 'mean' ? divided(all, constant(names.length)) : all;
  });
  return withColumns(view, { names, made });
}

const RELATIONS: Readonly<Record<string, ArithmeticOperator>> = {
  add: 'add',
  sub: 'subtract',
  mul: 'multiply',
  div: 'divide',
  truediv: 'divide',
  pow: 'power',
};

/** RelativeFeatures: each variable by each reference; a reference of zero is refused where it divides. */
export function readRelations(view: EstimatorView): ModelStep {
  const variables = columnTexts(view, 'variables', view.required('variables'));
  const references = columnTexts(view, 'reference', view.required('reference'));
  const names = [...new Set([...variables, ...references])];
  const functions = columnTexts(view, 'func', view.required('func'));
  const made = functions.flatMap((name) => {
    const operator = Object.hasOwn(RELATIONS, name) ? RELATIONS[name] : undefined;
    if (operator === undefined)
      throw view.unsupported('func', name, `${Object.keys(RELATIONS).join(', ')} are`);
    return references.flatMap((reference) =>
      variables.map((variable): ColumnExpression => {
        const [left, right] = [column(names.indexOf(variable)), column(names.indexOf(reference))];
        return { kind: 'operation', operator, left, right };
      }),
    );
  });
  const divides = functions.some((name) => RELATIONS[name] === 'divide');
  if (divides) view.mustBeNone('fill_value');
  const domains = divides
    ? references.map((name) => ({ column: names.indexOf(name), low: -Infinity, high: Infinity, excluded: 0 }))
    : [];
  return withColumns(view, { names, made, domains });
}
