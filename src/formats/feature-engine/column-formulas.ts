import type { ColumnDomain, ColumnExpression } from '../../model/arithmetic.ts';
import type { ModelStep } from '../../model/step.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber } from '../sklearn/arrays.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { CELL, call, constant, divided, minus, plus, times } from './formula.ts';
import { byColumn, columnTexts, featureFrame, inPlace, numbersByColumn } from './frame.ts';

/** What becomes of one column, by its name, and which of its numbers are refused. */
interface ColumnFormula {
  readonly formula: ColumnExpression;
  readonly domain?: Omit<ColumnDomain, 'column'>;
}

const POSITIVE = { low: 0, high: Infinity, excluded: 0 };

/** The columns of `variables_`, each through its formula in its place; missing and infinite numbers are refused. */
function formulaStep(view: EstimatorView, formulaOf: (name: string) => ColumnFormula): ModelStep {
  const names = columnTexts(view, 'variables_', view.required('variables_'));
  return namedFormulas(view, new Map(names.map((name) => [name, formulaOf(name)])), true);
}

/** Formulas of columns by name. */
function namedFormulas(
  view: EstimatorView,
  formulas: ReadonlyMap<string, ColumnFormula>,
  refusesMissing: boolean,
): ModelStep {
  const frame = featureFrame(view);
  const places = new Map(
    Array.from(formulas, ([name, formula]) => [frame.placesOf([name], 'variables_')[0] ?? -1, formula]),
  );
  return inPlace(frame, new Set(places.keys()), (base, run) => {
    const own = run.flatMap((column) => places.get(column) ?? []);
    return {
      kind: 'arithmetic',
      ...base,
      ...(refusesMissing ? { refusesMissing: true as const } : {}),
      columns: own.map(({ formula }, column) => at(formula, column)),
      domains: own.flatMap(({ domain }, column) => (domain === undefined ? [] : [{ column, ...domain }])),
    };
  });
}

/** A formula of the only column, as one of column `column`. */
function at(formula: ColumnExpression, column: number): ColumnExpression {
  switch (formula.kind) {
    case 'column':
      return { kind: 'column', column };
    case 'constant':
      return formula;
    case 'operation':
      return { ...formula, left: at(formula.left, column), right: at(formula.right, column) };
    case 'sign':
      return {
        ...formula,
        of: at(formula.of, column),
        above: at(formula.above, column),
        below: at(formula.below, column),
      };
    default:
      return { ...formula, of: at(formula.of, column) };
  }
}

/** LogTransformer. */
export function readLogarithm(view: EstimatorView): ModelStep {
  const formula = logarithm(view, CELL);
  return formulaStep(view, () => ({ formula, domain: POSITIVE }));
}

const logarithm = (view: EstimatorView, of: ColumnExpression): ColumnExpression =>
  call(view.choice('base', ['e', '10'], 'e') === 'e' ? 'log' : 'log10', of);

/** LogCpTransformer: the logarithm of a number and a constant, `C_`. */
export function readShiftedLogarithm(view: EstimatorView): ModelStep {
  const shifts = isType(view.required('C_'), 'dict') ? numbersByColumn(view, 'C_') : null;
  return formulaStep(view, (name) => {
    const shift = shifts === null ? view.number('C_') : (shifts.get(name) ?? Number.NaN);
    return {
      formula: logarithm(view, plus(CELL, constant(shift))),
      domain: { low: -shift, high: Infinity, excluded: -shift },
    };
  });
}

/** PowerTransformer. */
export function readPower(view: EstimatorView): ModelStep {
  const exponent = constant(view.number('exp'));
  const formula: ColumnExpression = { kind: 'operation', operator: 'power', left: CELL, right: exponent };
  return formulaStep(view, () => ({ formula }));
}

/** ReciprocalTransformer. */
export const readReciprocal = (view: EstimatorView): ModelStep =>
  formulaStep(view, () => ({
    formula: divided(constant(1), CELL),
    domain: { low: -Infinity, high: Infinity, excluded: 0 },
  }));

/** ArcsinTransformer. */
export const readArcsin = (view: EstimatorView): ModelStep =>
  formulaStep(view, () => ({
    formula: call('arcsin', call('sqrt', CELL)),
    domain: { low: 0, high: 1, excluded: null },
  }));

/** ArcSinhTransformer. */
export function readArcsinh(view: EstimatorView): ModelStep {
  const shifted = minus(CELL, constant(view.number('loc', 0)));
  const formula = call('arcsinh', divided(shifted, constant(view.number('scale', 1))));
  return formulaStep(view, () => ({ formula }));
}

/** (x^λ - 1)/λ of what the logarithm is given of, which is log at λ = 0 (`scipy.special.boxcox`). */
const powerOfLogarithm = (logarithm: ColumnExpression, lambda: number): ColumnExpression =>
  lambda === 0 ? logarithm : divided(call('expm1', times(constant(lambda), logarithm)), constant(lambda));

/** BoxCoxTransformer. */
export function readBoxCox(view: EstimatorView): ModelStep {
  const lambdas = numbersByColumn(view, 'lambda_dict_');
  return formulaStep(view, (name) => ({
    formula: powerOfLogarithm(call('log', CELL), lambdas.get(name) ?? Number.NaN),
    domain: POSITIVE,
  }));
}

/** YeoJohnsonTransformer (`scipy.stats.yeojohnson`): Box-Cox of 1 + x, and with 2 - λ of 1 - x below zero. */
export function readYeoJohnson(view: EstimatorView): ModelStep {
  const lambdas = numbersByColumn(view, 'lambda_dict_');
  const negated = call('negative', CELL);
  return formulaStep(view, (name) => {
    const lambda = lambdas.get(name) ?? Number.NaN;
    const above = powerOfLogarithm(call('log1p', CELL), lambda);
    const below = call('negative', powerOfLogarithm(call('log1p', negated), 2 - lambda));
    return { formula: { kind: 'sign', of: CELL, above, below } };
  });
}

/** MeanNormalizationScaler. */
export function readMeanNormalization(view: EstimatorView): ModelStep {
  const [means, ranges] = [numbersByColumn(view, 'mean_'), numbersByColumn(view, 'range_')];
  return formulaStep(view, (name) => ({
    formula: divided(
      minus(CELL, constant(means.get(name) ?? Number.NaN)),
      constant(ranges.get(name) ?? Number.NaN),
    ),
  }));
}

/** Winsorizer and ArbitraryOutlierCapper: numbers beyond a cap become the cap. */
export function readCaps(view: EstimatorView): ModelStep {
  if (view.flag('add_indicators', false)) throw view.unsupported('add_indicators', 'True', 'False is');
  const [highs, lows] = [numbersByColumn(view, 'right_tail_caps_'), numbersByColumn(view, 'left_tail_caps_')];
  const formulas = [...new Set([...highs.keys(), ...lows.keys()])].map((name): [string, ColumnFormula] => {
    const [low, high] = [lows.get(name) ?? -Infinity, highs.get(name) ?? Infinity];
    return [name, { formula: { kind: 'clip', low, high, of: CELL } }];
  });
  return namedFormulas(view, new Map(formulas), view.get('missing_values') !== 'ignore');
}

/** Discretisers: the number of the interval (`binner_dict_`). */
export function readIntervals(view: EstimatorView): ModelStep {
  if (view.flag('return_boundaries', false))
    throw view.unsupported('return_boundaries', 'True (names of intervals)', 'False (their numbers) is');
  const refuses = view.className === 'ArbitraryDiscretiser' && view.get('errors') === 'raise';
  const bins = new Map(byColumn(view, 'binner_dict_'));
  return formulaStep(view, (name) => {
    const edges = edgesOf(view, name, bins.get(name));
    const [low = 0, high = 0] = [edges[0], edges.at(-1)];
    return {
      formula: { kind: 'interval', edges, of: CELL },
      ...(refuses ? { domain: { low, high, excluded: null } } : {}),
    };
  });
}

/** DecisionTreeDiscretiser with the number of the interval between thresholds of its tree. */
export function readTreeIntervals(view: EstimatorView): ModelStep {
  view.choice('bin_output', ['bin_number']);
  return readIntervals(view);
}

function edgesOf(view: EstimatorView, name: string, value: PyValue | undefined): Float64Array {
  const edges = arrayItemsOf(value)?.map(toNumber);
  const rises = edges?.every((edge, i) => edge !== null && edge >= (edges[i - 1] ?? -Infinity)) ?? false;
  if (!edges?.every((edge) => edge !== null) || !rises || edges.length < 2)
    throw view.invalid(`binner_dict_[${name}]`, show(value ?? null), 'edges in rising order');
  return Float64Array.from(edges);
}
