import type { PmmlBayesInput, PmmlBayesModel, PmmlDistribution } from '../../model/pmml/scores.ts';
import type { PmmlValue } from '../../model/pmml/value.ts';
import { numericField, readExpressionOf } from './expression.ts';
import { classNamed, type ModelPlace } from './place.ts';
import { literalOf } from './predicate.ts';
import type { XmlElement } from './xml.ts';

/** `NaiveBayesModel`: counts of values by class, and distributions of numbers. */
export function readNaiveBayes(place: ModelPlace): PmmlBayesModel {
  const { element, document } = place;
  const { reading } = document.program;
  const output = reading.required(element, 'BayesOutput');
  const counted = countsOf(place, output);
  const base = place.base([...counted.keys()]);
  const inputs = reading
    .all(reading.required(element, 'BayesInputs'), 'BayesInput')
    .map((input) => readInput(place, input, base.classes));
  return {
    ...base,
    kind: 'naive-bayes',
    priors: Float64Array.from(base.classes, (value) => counted.get(value) ?? 0),
    inputs,
    threshold: reading.requiredNumber(element, 'threshold'),
  };
}

function countsOf(place: ModelPlace, element: XmlElement): ReadonlyMap<PmmlValue, number> {
  const { reading } = place.document.program;
  const counts = new Map<PmmlValue, number>();
  for (const count of reading.all(reading.required(element, 'TargetValueCounts'), 'TargetValueCount')) {
    const number = reading.requiredNumber(count, 'count');
    if (!(number >= 0 && number < Infinity))
      throw reading.invalid(count, 'count', String(number), '0 or more');
    counts.set(classNamed(place, count, 'value'), number);
  }
  return counts;
}

function readInput(place: ModelPlace, element: XmlElement, classes: readonly PmmlValue[]): PmmlBayesInput {
  const { document, scope } = place;
  const { program } = document;
  const { reading } = program;
  const stats = reading.child(element, 'TargetValueStats');
  const attribute = reading.attribute(element, 'field') === null ? 'fieldName' : 'field';
  if (stats !== null) {
    const found = new Map(
      reading
        .all(stats, 'TargetValueStat')
        .map((stat) => [classNamed(place, stat, 'value'), distributionOf(place, stat)]),
    );
    const distributions = classes.map((value) => {
      const distribution = found.get(value);
      if (distribution === undefined)
        throw reading.invalid(stats, 'TargetValueStat', 'missing', `one for ${JSON.stringify(value)}`);
      return distribution;
    });
    return { kind: 'numeric', field: numericField(scope, element, attribute), distributions };
  }
  const derived = reading.child(element, 'DerivedField');
  const field =
    derived === null
      ? scope.resolve(element, reading.text(element, attribute))
      : program.field(derived, () => {
          const expression = readExpressionOf(scope, derived);
          return {
            kind: 'derived',
            name: reading.text(element, attribute),
            type: reading.type(derived, expression.type),
            expression,
          };
        });
  const pairs = reading.all(element, 'PairCounts').map((pair) => ({
    value: literalOf(scope, pair, program.refer(field, pair), 'value', reading.text(pair, 'value')),
    counts: countsOf(place, pair),
  }));
  const sums = classes.map((value) => pairs.reduce((sum, { counts }) => sum + (counts.get(value) ?? 0), 0));
  return {
    kind: 'category',
    field,
    values: pairs.map(({ value }) => value),
    probabilities: pairs.map(({ counts }) =>
      Float64Array.from(classes, (value, k) => {
        const count = counts.get(value) ?? 0;
        return count === 0 ? 0 : count / (sums[k] ?? 1);
      }),
    ),
  };
}

function distributionOf({ document }: ModelPlace, element: XmlElement): PmmlDistribution {
  const { reading } = document.program;
  const gaussian = reading.child(element, 'GaussianDistribution');
  if (gaussian !== null) {
    const variance = reading.requiredNumber(gaussian, 'variance');
    if (!(variance > 0)) throw reading.invalid(gaussian, 'variance', String(variance), 'more than 0');
    return { kind: 'gaussian', mean: reading.requiredNumber(gaussian, 'mean'), variance };
  }
  const poisson = reading.child(element, 'PoissonDistribution');
  if (poisson !== null) return { kind: 'poisson', mean: reading.requiredNumber(poisson, 'mean') };
  throw reading.unsupported(
    element,
    'the distribution',
    'another one',
    'GaussianDistribution and PoissonDistribution are',
  );
}
