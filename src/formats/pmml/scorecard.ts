import type { PmmlCharacteristic, PmmlScorecard } from '../../model/pmml/scores.ts';
import { readExpressionOf } from './expression.ts';
import type { ModelPlace } from './place.ts';
import { readPredicateOf } from './predicate.ts';
import type { XmlElement } from './xml.ts';

/** `Scorecard`: points of the first attribute that holds, characteristic by characteristic. */
export function readScorecard(place: ModelPlace): PmmlScorecard {
  const { element, document } = place;
  const { reading } = document.program;
  const useReasons = reading.choice(element, 'useReasonCodes', ['true', 'false'] as const, 'true') === 'true';
  const algorithm = reading.choice(
    element,
    'reasonCodeAlgorithm',
    ['pointsAbove', 'pointsBelow'] as const,
    'pointsBelow',
  );
  const reasons = useReasons ? algorithm : null;
  const list = reading.all(reading.required(element, 'Characteristics'), 'Characteristic');
  if (list.length === 0) throw reading.invalid(element, 'Characteristic', 'none', 'one or more');
  return {
    ...place.base(),
    kind: 'scorecard',
    initial: reading.number(element, 'initialScore', 0),
    characteristics: list.map((one, i) => readCharacteristic(place, one, i, reasons !== null)),
    reasons,
  };
}

function readCharacteristic(
  place: ModelPlace,
  element: XmlElement,
  index: number,
  useReasons: boolean,
): PmmlCharacteristic {
  const { scope, document } = place;
  const { reading } = document.program;
  const shared = reading.attribute(element, 'reasonCode');
  const attributes = reading.all(element, 'Attribute').map((attribute) => {
    const complex = reading.child(attribute, 'ComplexPartialScore');
    const reason = reading.attribute(attribute, 'reasonCode') ?? shared;
    if (reason === null && useReasons)
      throw reading.invalid(attribute, 'reasonCode', 'missing', 'a code, here or at the characteristic');
    return {
      predicate: readPredicateOf(scope, attribute),
      score:
        complex === null
          ? reading.requiredNumber(attribute, 'partialScore')
          : readExpressionOf(scope, complex),
      reason: reason ?? '',
    };
  });
  if (attributes.length === 0) throw reading.invalid(element, 'Attribute', 'none', 'one or more');
  const baseline =
    reading.numberOrNull(element, 'baselineScore') ?? reading.numberOrNull(place.element, 'baselineScore');
  if (baseline === null && useReasons)
    throw reading.invalid(element, 'baselineScore', 'missing', 'a number, here or at the scorecard');
  return {
    name: reading.attribute(element, 'name') ?? String(index + 1),
    baseline: baseline ?? 0,
    attributes,
  };
}
