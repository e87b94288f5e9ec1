import {
  PMML_LINKS,
  type PmmlGeneralRegression,
  type PmmlOperand,
  type PmmlParameter,
} from '../../model/pmml/scores.ts';
import type { PmmlValue } from '../../model/pmml/value.ts';
import { numericField } from './expression.ts';
import { classNamed, type ModelPlace } from './place.ts';
import { literalOf } from './predicate.ts';
import type { XmlElement } from './xml.ts';

const TYPES = [
  'regression',
  'generalLinear',
  'generalizedLinear',
  'multinomialLogistic',
  'ordinalMultinomial',
] as const;

/** Cells of a matrix by the class that they are for; null are those for all. */
type ByClass<T> = Map<PmmlValue, T[]>;

interface ParameterCell {
  readonly name: string;
  readonly beta: number;
}

/** `GeneralRegressionModel`, as R's `glm` is exported. Cox regressions and contrast matrices are refused. */
export function readGeneralRegression(place: ModelPlace): PmmlGeneralRegression {
  const { element, document, task } = place;
  const { reading } = document.program;
  const type = reading.choice(element, 'modelType', TYPES, null);
  const cells = readParameters(place);
  const named = [...cells.keys()].filter((value) => value !== null);
  const reference = reading.attribute(element, 'targetReferenceCategory');
  const last = reference === null ? null : classNamed(place, element, 'targetReferenceCategory');
  const base = place.base(task === 'classification' ? [...named, ...(last === null ? [] : [last])] : []);
  const order =
    task === 'classification' ? orderOf(base.classes, named, last, type === 'ordinalMultinomial') : [];
  if (task === 'classification' && order.length < 2)
    throw reading.invalid(element, 'the classes', String(order.length), 'two or more');
  const predictors = readPredictors(place);
  const method =
    task === 'regression' || type === 'generalizedLinear'
      ? 'link'
      : type === 'ordinalMultinomial'
        ? 'cumulative'
        : 'softmax';
  if (method === 'link' && order.length > 2)
    throw reading.unsupported(
      element,
      'modelType',
      `"${type}" of ${order.length} classes`,
      'two classes are',
    );
  const tables = (task === 'classification' ? order.slice(0, -1) : [-1]).map((index) => {
    const value = index < 0 ? null : (base.classes[index] ?? null);
    return tableOf(place, cells, value, method === 'cumulative').map((cell) => predictors(cell, value));
  });
  return {
    ...base,
    kind: 'general-regression',
    method,
    link: linkOf(place, type),
    parameter: reading.number(element, 'linkParameter', reading.number(element, 'distParameter', 0)),
    tables,
    order,
    offset: operandOf(place, 'offsetVariable', 'offsetValue'),
    trials: operandOf(place, 'trialsVariable', 'trialsValue'),
  };
}

function linkOf(
  { element, document: { program } }: ModelPlace,
  type: (typeof TYPES)[number],
): PmmlGeneralRegression['link'] {
  const { reading } = program;
  if (type === 'generalizedLinear') return reading.choice(element, 'linkFunction', PMML_LINKS, null);
  if (type === 'ordinalMultinomial') return reading.choice(element, 'cumulativeLink', PMML_LINKS, null);
  return 'identity';
}

/** The reference category is last: the one named, else the one without parameters. Ordered classes stay in order. */
function orderOf(
  classes: readonly PmmlValue[],
  named: readonly PmmlValue[],
  reference: PmmlValue,
  ordered: boolean,
): readonly number[] {
  const indexes = classes.map((_, i) => i);
  if (ordered) return indexes;
  const without = classes.findIndex((value) => !named.includes(value));
  const last =
    reference === null
      ? named.length === 0 || without < 0
        ? classes.length - 1
        : without
      : classes.indexOf(reference);
  return [...indexes.filter((i) => i !== last), last];
}

/** Cells of one class: those for all, and for ordered classes also the intercept of its own. */
function tableOf(
  { element, document: { program } }: ModelPlace,
  cells: ByClass<ParameterCell>,
  value: PmmlValue,
  ordered: boolean,
): readonly ParameterCell[] {
  const own = cells.get(value) ?? [];
  const shared = value === null ? [] : (cells.get(null) ?? []);
  const found = ordered ? [...shared, ...own] : own.length > 0 ? own : shared;
  if (found.length === 0)
    throw program.reading.invalid(element, 'ParamMatrix', 'without cells', 'cells of each class');
  return found;
}

function readParameters(place: ModelPlace): ByClass<ParameterCell> {
  const { reading } = place.document.program;
  const cells: ByClass<ParameterCell> = new Map();
  for (const cell of reading.all(reading.required(place.element, 'ParamMatrix'), 'PCell')) {
    const value =
      reading.attribute(cell, 'targetCategory') === null ? null : classNamed(place, cell, 'targetCategory');
    const of = place.task === 'regression' ? null : value;
    const list = cells.get(of) ?? [];
    cells.set(of, list);
    list.push({ name: reading.text(cell, 'parameterName'), beta: reading.requiredNumber(cell, 'beta') });
  }
  return cells;
}

function listed({ element, document: { program } }: ModelPlace, name: string): ReadonlySet<string> {
  const { reading } = program;
  const list = reading.child(element, name);
  const predictors = list === null ? [] : reading.all(list, 'Predictor');
  for (const predictor of predictors) {
    const matrix = reading.child(predictor, 'Matrix');
    if (matrix !== null) throw reading.unknownElement(matrix, 'predictors without a contrast matrix');
  }
  return new Set(
    predictors.map((predictor) =>
      reading.text(predictor, reading.attribute(predictor, 'field') === null ? 'name' : 'field'),
    ),
  );
}

/** What a parameter multiplies, for one class. */
function readPredictors(place: ModelPlace): (cell: ParameterCell, value: PmmlValue) => PmmlParameter {
  const { scope, element, document } = place;
  const { reading } = document.program;
  const factors = listed(place, 'FactorList');
  const covariates = listed(place, 'CovariateList');
  const matrix = reading.child(element, 'PPMatrix');
  const parts = new Map<string, { readonly class: PmmlValue; readonly cell: XmlElement }[]>();
  for (const cell of matrix === null ? [] : reading.all(matrix, 'PPCell')) {
    const name = reading.text(cell, 'parameterName');
    const of =
      reading.attribute(cell, 'targetCategory') === null ? null : classNamed(place, cell, 'targetCategory');
    const list = parts.get(name) ?? [];
    parts.set(name, list);
    list.push({ class: of, cell });
  }
  return ({ name, beta }, value) => {
    const parameter = {
      beta,
      factors: [] as PmmlParameter['factors'][number][],
      covariates: [] as PmmlParameter['covariates'][number][],
    };
    for (const { class: of, cell } of parts.get(name) ?? []) {
      if (of !== null && of !== value) continue;
      const predictor = reading.text(cell, 'predictorName');
      if (factors.has(predictor)) {
        const field = scope.resolve(cell, predictor);
        parameter.factors.push({
          field,
          value: literalOf(scope, cell, field, 'value', reading.text(cell, 'value')),
        });
      } else if (covariates.has(predictor)) {
        parameter.covariates.push({
          field: numericField(scope, cell, 'predictorName'),
          power: reading.number(cell, 'value', 1),
        });
      } else throw reading.invalid(cell, 'predictorName', `"${predictor}"`, 'a factor or a covariate');
    }
    return parameter;
  };
}

function operandOf(
  { scope, element, document: { program } }: ModelPlace,
  variable: string,
  value: string,
): PmmlOperand | null {
  const { reading } = program;
  if (reading.attribute(element, variable) !== null) return { field: numericField(scope, element, variable) };
  const number = reading.numberOrNull(element, value);
  return number === null ? null : { value: number };
}
