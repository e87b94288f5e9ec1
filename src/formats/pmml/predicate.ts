import { PMML_COMPARISONS, type PmmlPredicate } from '../../model/pmml/program.ts';
import { type PmmlValue, pmmlLiteral } from '../../model/pmml/value.ts';
import { arrayItems } from './array.ts';
import type { PmmlScope } from './scope.ts';
import type { XmlElement } from './xml.ts';

const PREDICATES = ['SimplePredicate', 'CompoundPredicate', 'SimpleSetPredicate', 'True', 'False'];
const OPERATORS = [...PMML_COMPARISONS, 'isMissing', 'isNotMissing'] as const;

/** The predicate among the children of `parent`. */
export function readPredicateOf(scope: PmmlScope, parent: XmlElement): PmmlPredicate {
  const { reading } = scope.program;
  const found = parent.children.filter((child) => PREDICATES.includes(reading.nameOf(child)));
  const [first, second] = found;
  if (first === undefined)
    throw reading.invalid(parent, 'predicate', 'missing', `one of ${PREDICATES.join(', ')}`);
  if (second !== undefined) throw reading.invalid(second, 'predicate', 'a second one', 'one');
  return readPredicate(scope, first);
}

function readPredicate(scope: PmmlScope, element: XmlElement): PmmlPredicate {
  return scope.program.part(element, () => {
    switch (scope.program.reading.nameOf(element)) {
      case 'True':
        return { kind: 'constant', value: true };
      case 'False':
        return { kind: 'constant', value: false };
      case 'SimplePredicate':
        return readSimple(scope, element);
      case 'SimpleSetPredicate':
        return readSet(scope, element);
      case 'CompoundPredicate':
        return readCompound(scope, element);
      default:
        throw scope.program.reading.unknownElement(element, PREDICATES.join(', '));
    }
  });
}

function readSimple(scope: PmmlScope, element: XmlElement): PmmlPredicate {
  const { program } = scope;
  const { reading } = program;
  const field = scope.resolve(element, reading.text(element, 'field'));
  const operator = reading.choice(element, 'operator', OPERATORS, null);
  if (operator === 'isMissing' || operator === 'isNotMissing')
    return { kind: 'missing', field, wanted: operator === 'isMissing' };
  const type = program.typeOf(field);
  if (type === 'string' && operator !== 'equal' && operator !== 'notEqual')
    throw reading.unsupported(element, 'operator', `"${operator}" of a string`, 'equal and notEqual are');
  const isOrdered = operator !== 'equal' && operator !== 'notEqual';
  // A flag is compared with numbers between 0 and 1 where trees split it.
  const value =
    type === 'boolean' && isOrdered
      ? reading.requiredNumber(element, 'value')
      : literalOf(scope, element, field, 'value', reading.text(element, 'value'));
  return { kind: 'compare', field, operator, value };
}

/** The value that an attribute or an item of an array spells, of the type of the field that it is compared with. */
export function literalOf(
  { program }: PmmlScope,
  element: XmlElement,
  field: number,
  attribute: string,
  text: string,
): string | number | boolean {
  const type = program.typeOf(field);
  const value = pmmlLiteral(text, type);
  if (value !== null) return value;
  throw program.reading.invalid(element, attribute, JSON.stringify(text.slice(0, 60)), `a ${type}`);
}

function readSet(scope: PmmlScope, element: XmlElement): PmmlPredicate {
  const { reading } = scope.program;
  const field = scope.resolve(element, reading.text(element, 'field'));
  const operator = reading.choice(element, 'booleanOperator', ['isIn', 'isNotIn'] as const, null);
  const array = reading.required(element, 'Array');
  const values = arrayItems(reading, array).map(
    (item): PmmlValue => literalOf(scope, array, field, 'an item', item),
  );
  return { kind: 'set', field, values, wanted: operator === 'isIn' };
}

function readCompound(scope: PmmlScope, element: XmlElement): PmmlPredicate {
  const { reading } = scope.program;
  const operator = reading.choice(
    element,
    'booleanOperator',
    ['and', 'or', 'xor', 'surrogate'] as const,
    null,
  );
  const predicates = reading.children(element).map((child) => readPredicate(scope, child));
  if (predicates.length === 0) throw reading.invalid(element, 'predicates', 'none', 'two or more');
  return { kind: 'compound', operator, predicates };
}
