import { PMML_NORMALIZATIONS, type PmmlRegressionModel, type PmmlTerm } from '../../model/pmml/models.ts';
import type { PmmlValue } from '../../model/pmml/value.ts';
import { numericField } from './expression.ts';
import { classNamed, type ModelPlace } from './place.ts';
import { literalOf } from './predicate.ts';
import type { PmmlScope } from './scope.ts';
import type { XmlElement } from './xml.ts';

/** `RegressionModel`: one table, or one a class. */
export function readRegression(place: ModelPlace): PmmlRegressionModel {
  const { element, document, task, scope } = place;
  const { reading } = document.program;
  const elements = reading.all(element, 'RegressionTable');
  const named =
    task === 'classification' ? elements.map((table) => classNamed(place, table, 'targetCategory')) : [];
  const base = place.base(named);
  const normalization = reading.choice(element, 'normalizationMethod', PMML_NORMALIZATIONS, 'none');
  if (task === 'classification') checkClasses(place, elements, named, base.classes.length);
  else if (elements.length !== 1)
    throw reading.invalid(element, 'RegressionTable', String(elements.length), 'one in a regression');
  if (normalization === (task === 'classification' ? 'exp' : 'simplemax'))
    throw reading.invalid(element, 'normalizationMethod', `"${normalization}"`, `another one in a ${task}`);
  const tables = elements.map((table, i) => ({
    intercept: reading.number(table, 'intercept', 0),
    terms: readTerms(scope, table),
    class: base.classes.indexOf(named[i] ?? null),
  }));
  return { ...base, kind: 'regression', tables, normalization, ordinal: isOrdinal(place) };
}

function checkClasses(
  { element, document: { program } }: ModelPlace,
  tables: readonly XmlElement[],
  named: readonly PmmlValue[],
  classes: number,
): void {
  const { reading } = program;
  if (tables.length < 2)
    throw reading.invalid(element, 'RegressionTable', String(tables.length), 'one for each class');
  if (new Set(named).size !== named.length || named.length !== classes)
    throw reading.invalid(
      element,
      'RegressionTable',
      `${named.length} tables`,
      `one for each of the ${classes} classes`,
    );
}

/** Whether the classes are ordered: the tables score cumulative probabilities then. */
function isOrdinal({ document: { dictionary }, target, task }: ModelPlace): boolean {
  return task === 'classification' && target.name !== null && dictionary.isOrdinal(target.name);
}

function readTerms(scope: PmmlScope, table: XmlElement): readonly PmmlTerm[] {
  const { reading } = scope.program;
  const numeric = reading.all(table, 'NumericPredictor').map((element): PmmlTerm => {
    const exponent = reading.number(element, 'exponent', 1);
    if (!Number.isInteger(exponent))
      throw reading.invalid(element, 'exponent', String(exponent), 'a whole number');
    return {
      kind: 'numeric',
      field: numericField(scope, element, nameAttribute(scope, element)),
      exponent,
      coefficient: reading.requiredNumber(element, 'coefficient'),
    };
  });
  const categorical = reading.all(table, 'CategoricalPredictor').map((element): PmmlTerm => {
    const field = scope.resolve(element, reading.text(element, nameAttribute(scope, element)));
    return {
      kind: 'category',
      field,
      value: literalOf(scope, element, field, 'value', reading.text(element, 'value')),
      coefficient: reading.requiredNumber(element, 'coefficient'),
    };
  });
  const products = reading.all(table, 'PredictorTerm').map(
    (element): PmmlTerm => ({
      kind: 'product',
      fields: reading.all(element, 'FieldRef').map((ref) => numericField(scope, ref)),
      coefficient: reading.requiredNumber(element, 'coefficient'),
    }),
  );
  return [...numeric, ...categorical, ...products];
}

/** Predictors name their field by `name` up to PMML 4.3, by `field` from 4.4. */
const nameAttribute = (scope: PmmlScope, element: XmlElement): 'name' | 'field' =>
  scope.program.reading.attribute(element, 'field') === null ? 'name' : 'field';
