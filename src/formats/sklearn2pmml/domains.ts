import type { CellTreatment, DomainColumn, NumberInterval, ValueDomainStep } from '../../model/domain.ts';
import type { MissingMarker } from '../../model/imputation.ts';
import type { ColumnBranch, ModelStep } from '../../model/step.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from '../sklearn/arrays.ts';
import { dtypeName } from '../sklearn/dtype.ts';
import { isMissing, labelFault, toCategories } from '../sklearn/labels.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';

/** What domains of both kinds say: markers of missing values, and what becomes of cells that are missing or invalid. */
type DomainRules = Omit<DomainColumn, 'valid'>;

const KEEP: CellTreatment = { kind: 'keep' };
const REFUSE: CellTreatment = { kind: 'refuse' };

/** ContinuousDomain: numbers between the least and the greatest of training (`data_min_`, `data_max_`). */
export function readContinuousDomain(view: EstimatorView): ModelStep {
  const rules = rulesOf(view);
  const outliers = outliersOf(view, rules.whenMissing);
  const lows = view.vectorOrNull('data_min_');
  const highs = view.vectorOrNull('data_max_', lows?.length);
  const width = view.base(lows?.length).features ?? 1;
  const open: NumberInterval = { type: 'interval', low: -Infinity, high: Infinity, outliers };
  const intervals =
    lows === null
      ? new Array<NumberInterval>(width).fill(open)
      : Array.from(lows, (low, i): NumberInterval => ({ ...open, low, high: highs?.[i] ?? open.high }));
  return domainStep(view, rules, intervals);
}

/** CategoricalDomain and OrdinalDomain: the values of training (`data_values_`), by column where there are several. */
export function readCategoricalDomain(view: EstimatorView): ModelStep {
  if (view.get('data_values_') === undefined)
    throw view.unsupported('with_data', 'False (no values are kept)', 'True is');
  const items = view.items('data_values_');
  const isNested = items.length > 0 && items.every((item) => arrayItemsOf(item) !== null);
  const columns = isNested ? items.map((item) => arrayItemsOf(item) ?? []) : [items];
  const categories = columns.map((values) => {
    view.reading.repeat(values.length, view.origin);
    const found = toCategories(values.filter((value) => !isMissing(value)));
    if (found === null)
      throw view.unsupported(
        'data_values_',
        `${show(values[0] ?? null)}, …${labelFault(values)}`,
        'values of one type are',
      );
    return found;
  });
  return domainStep(view, rulesOf(view), categories);
}

/** MultiDomain: a domain a column, None where a column has none. */
export function readMultiDomain(view: EstimatorView): ModelStep | null {
  const domains = view.items('domains');
  const branches: ColumnBranch[] = [];
  for (const [i, domain] of domains.entries()) {
    const path = view.pathTo(`domains.${i}`);
    const step = domain === null ? null : view.reading.step(domain, path, view.release);
    if (domain !== null && step === null) return null;
    branches.push({ name: String(i), columns: [i], scalar: true, weight: null, step });
  }
  return { kind: 'column-transformer', ...view.base(domains.length), branches };
}

const domainStep = (
  view: EstimatorView,
  rules: DomainRules,
  valid: readonly DomainColumn['valid'][],
): ValueDomainStep => ({
  kind: 'value-domain',
  ...view.base(valid.length),
  columns: valid.map((one) => ({ ...rules, valid: checkedTypes(view, one, rules) })),
});

/** A column stays of one type: texts do not stand in for numbers. */
function checkedTypes(
  view: EstimatorView,
  valid: DomainColumn['valid'],
  { whenMissing, whenInvalid }: DomainRules,
): DomainColumn['valid'] {
  const wanted = valid.type === 'string' ? 'string' : 'number';
  const fields = { missing_value_replacement: whenMissing, invalid_value_replacement: whenInvalid };
  for (const [field, treatment] of Object.entries(fields)) {
    const value = treatment.kind === 'replace' ? treatment.value : null;
    if (value !== null && typeof value !== wanted)
      throw view.unsupported(field, JSON.stringify(value), `a ${wanted}, as the column, is`);
  }
  return valid;
}

function rulesOf(view: EstimatorView): DomainRules {
  view.mustBeNone('dtype');
  const missing = markersOf(view);
  const replacement = cellOf(view, 'missing_value_replacement');
  const [marker] = missing;
  // Texts of numpy and pandas are objects, among which None stands for whatever is missing.
  const isObject = view.has('dtype_') && ['object', 'O'].includes(dtypeName(view.get('dtype_')));
  const stands = isObject || marker === undefined || marker.kind === 'null' ? null : marker.value;
  const whenMissing: CellTreatment =
    view.choice('missing_value_treatment', MISSING_TREATMENTS, 'as_is') === 'return_invalid'
      ? REFUSE
      : replacement !== null
        ? { kind: 'replace', value: replacement }
        : isObject
          ? { kind: 'replace', value: null }
          : KEEP;
  return { missing, whenMissing, whenInvalid: invalidTreatment(view, whenMissing, stands) };
}

const MISSING_TREATMENTS = [
  'as_is',
  'as_mean',
  'as_mode',
  'as_median',
  'as_value',
  'return_invalid',
] as const;

function invalidTreatment(
  view: EstimatorView,
  whenMissing: CellTreatment,
  stands: number | string | null,
): CellTreatment {
  switch (view.choice('invalid_value_treatment', ['return_invalid', 'as_is', 'as_missing', 'as_value'])) {
    case 'return_invalid':
      return REFUSE;
    case 'as_is':
      return KEEP;
    case 'as_missing':
      return asMissing(whenMissing, stands);
    case 'as_value':
      return { kind: 'replace', value: cellOf(view, 'invalid_value_replacement') };
  }
}

/** What becomes of a cell that is turned into a missing one. */
const asMissing = (whenMissing: CellTreatment, stands: number | string | null): CellTreatment =>
  whenMissing.kind === 'keep' ? { kind: 'replace', value: stands } : whenMissing;

function markersOf(view: EstimatorView): readonly MissingMarker[] {
  const value = view.get('missing_values') ?? null;
  const items = isType(value, 'list') ? value.items : [value];
  return items.map((item): MissingMarker => {
    if (isMissing(item)) return { kind: 'null' };
    const cell = plainCell(item);
    if (cell === null) throw view.unsupported('missing_values', show(value), 'None, numbers and strings are');
    return typeof cell === 'string' ? { kind: 'string', value: cell } : { kind: 'number', value: cell };
  });
}

const plainCell = (value: PyValue): number | string | null => toText(value) ?? toNumber(value);

function cellOf(view: EstimatorView, field: string): number | string | null {
  const value = view.get(field);
  if (value === undefined || isMissing(value)) return null;
  const cell = plainCell(value);
  if (cell === null) throw view.unsupported(field, show(value), 'numbers and strings are');
  return cell;
}

/** Valid numbers beyond `low_value` and `high_value`. */
function outliersOf(view: EstimatorView, whenMissing: CellTreatment): NumberInterval['outliers'] {
  const treatment = view.choice(
    'outlier_treatment',
    ['as_is', 'as_missing_values', 'as_extreme_values'],
    'as_is',
  );
  if (treatment === 'as_is') return null;
  const [low, high] = [view.number('low_value'), view.number('high_value')];
  if (treatment === 'as_extreme_values')
    return { low, high, below: { kind: 'replace', value: low }, above: { kind: 'replace', value: high } };
  const [marker] = markersOf(view);
  const stands = marker?.kind === 'number' ? marker.value : null;
  const missing = asMissing(whenMissing, stands);
  return { low, high, below: missing, above: missing };
}
