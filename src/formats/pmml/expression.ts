import type { PmmlExpression, PmmlInterval } from '../../model/pmml/program.ts';
import { type PmmlType, type PmmlValue, pmmlLiteral, pmmlNumber } from '../../model/pmml/value.ts';
import { readApply } from './apply.ts';
import { literalOf } from './predicate.ts';
import type { PmmlReading } from './reading.ts';
import type { PmmlScope } from './scope.ts';
import { cellOf } from './table.ts';
import type { XmlElement } from './xml.ts';

type Read = (scope: PmmlScope, element: XmlElement) => PmmlExpression;

const EXPRESSIONS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['Constant', readConstant],
  ['FieldRef', readFieldRef],
  ['NormContinuous', readNormContinuous],
  ['NormDiscrete', readNormDiscrete],
  ['Discretize', readDiscretize],
  ['MapValues', readMapValues],
  ['Apply', (scope, element) => readApply(scope, element, readExpression)],
]);
/** Elements beside the expression in what holds one. */
const BESIDE = ['Value', 'Interval', 'ParameterField', 'Decisions'];
const OUTLIERS = ['asIs', 'asMissingValues', 'asExtremeValues'] as const;
const TEXTUAL = 'a PMML document';

/** The expression that `parent` holds, or null. */
export function expressionIn(reading: PmmlReading, parent: XmlElement): XmlElement | null {
  const found = reading.children(parent).filter((child) => !BESIDE.includes(reading.nameOf(child)));
  const [first, second] = found;
  if (second !== undefined) throw reading.invalid(second, 'the expression', 'a second one', 'one');
  return first ?? null;
}

export function readExpressionOf(scope: PmmlScope, parent: XmlElement): PmmlExpression {
  const { reading } = scope.program;
  const found = expressionIn(reading, parent);
  if (found === null) throw reading.invalid(parent, 'the expression', 'missing', 'one');
  return readExpression(scope, found);
}

export function readExpression(scope: PmmlScope, element: XmlElement): PmmlExpression {
  const { reading } = scope.program;
  const read = EXPRESSIONS.get(reading.nameOf(element));
  if (read === undefined) throw reading.unknownElement(element, [...EXPRESSIONS.keys()].join(', '));
  return scope.program.part(element, () => read(scope, element));
}

/** Type of a constant that states none, by how it is spelled. */
const spelledType = (text: string): PmmlType =>
  /^[-+]?\d{1,15}$/.test(text.trim()) ? 'integer' : pmmlNumber(text) === null ? 'string' : 'double';

function readConstant(scope: PmmlScope, element: XmlElement): PmmlExpression {
  const { reading } = scope.program;
  const { text } = element;
  const stated = reading.attribute(element, 'dataType');
  // SAS writes the parameters of its functions so.
  const parameter = stated === null ? scope.parameter(text.trim()) : null;
  if (parameter !== null) {
    const field = scope.program.refer(parameter, element);
    return { kind: 'field', field, missing: null, type: scope.program.typeOf(field) };
  }
  const type = stated === null ? spelledType(text) : reading.type(element);
  const missing =
    reading.attribute(element, 'missing') === 'true' || (text.trim() === '' && type !== 'string');
  if (missing) return { kind: 'constant', value: null, type };
  const value = pmmlLiteral(text, type);
  if (value === null)
    throw reading.invalid(element, 'the value', JSON.stringify(text.slice(0, 60)), `a ${type}`);
  return { kind: 'constant', value, type };
}

function fieldOf(scope: PmmlScope, element: XmlElement): number {
  return scope.resolve(element, scope.program.reading.text(element, 'field'));
}

/** `mapMissingTo` and `defaultValue`: a value of `type`, null where the attribute is missing. */
function literalAttribute(
  { reading }: { reading: PmmlReading },
  element: XmlElement,
  name: string,
  type: PmmlType,
): PmmlValue {
  const text = reading.attribute(element, name);
  if (text === null) return null;
  const value = pmmlLiteral(text, type);
  if (value === null) throw reading.invalid(element, name, JSON.stringify(text.slice(0, 60)), `a ${type}`);
  return value;
}

function readFieldRef(scope: PmmlScope, element: XmlElement): PmmlExpression {
  const field = fieldOf(scope, element);
  const type = scope.program.typeOf(field);
  return {
    kind: 'field',
    field,
    missing: literalAttribute(scope.program, element, 'mapMissingTo', type),
    type,
  };
}

function readNormContinuous(scope: PmmlScope, element: XmlElement): PmmlExpression {
  const { reading } = scope.program;
  const points = reading.all(element, 'LinearNorm');
  const orig = Float64Array.from(points, (point) => reading.requiredNumber(point, 'orig'));
  const norm = Float64Array.from(points, (point) => reading.requiredNumber(point, 'norm'));
  if (points.length < 2) throw reading.invalid(element, 'LinearNorm', String(points.length), 'two or more');
  for (let i = 1; i < orig.length; i++) {
    const point = points[i];
    if (point !== undefined && !((orig[i - 1] ?? NaN) < (orig[i] ?? NaN)))
      throw reading.invalid(point, 'orig', String(orig[i]), `more than ${orig[i - 1]}, the one before`);
  }
  return {
    kind: 'norm-continuous',
    field: numericField(scope, element),
    orig,
    norm,
    outliers: reading.choice(element, 'outliers', OUTLIERS, 'asIs'),
    missing: literalAttribute(scope.program, element, 'mapMissingTo', 'double'),
    type: 'double',
  };
}

/** The field of an element that computes with it. */
export function numericField(scope: PmmlScope, element: XmlElement, attribute = 'field'): number {
  const { program } = scope;
  const name = program.reading.text(element, attribute);
  const field = scope.resolve(element, name);
  const type = program.typeOf(field);
  if (type === 'string')
    throw program.reading.invalid(element, attribute, `"${name}", which holds strings`, 'a field of numbers');
  return field;
}

function readNormDiscrete(scope: PmmlScope, element: XmlElement): PmmlExpression {
  const { reading } = scope.program;
  reading.choice(element, 'method', ['indicator'] as const, 'indicator');
  const field = fieldOf(scope, element);
  const value = literalOf(scope, element, field, 'value', reading.text(element, 'value'));
  const missing = literalAttribute(scope.program, element, 'mapMissingTo', 'double');
  return { kind: 'norm-discrete', field, value, missing, type: 'double' };
}

export function readInterval(reading: PmmlReading, element: XmlElement): PmmlInterval {
  const closures = ['openClosed', 'openOpen', 'closedOpen', 'closedClosed'] as const;
  const closure = reading.choice(element, 'closure', closures, null);
  return {
    low: reading.number(element, 'leftMargin', -Infinity),
    lowClosed: closure.startsWith('closed'),
    high: reading.number(element, 'rightMargin', Infinity),
    highClosed: closure.endsWith('Closed'),
  };
}

function readDiscretize(scope: PmmlScope, element: XmlElement): PmmlExpression {
  const { reading } = scope.program;
  const type = reading.type(element, 'string');
  const bins = reading.all(element, 'DiscretizeBin').map((bin) => {
    const text = reading.text(bin, 'binValue');
    const value = pmmlLiteral(text, type);
    if (value === null)
      throw reading.invalid(bin, 'binValue', JSON.stringify(text.slice(0, 60)), `a ${type}`);
    return { ...readInterval(reading, reading.required(bin, 'Interval')), value };
  });
  return {
    kind: 'discretize',
    field: numericField(scope, element),
    bins,
    otherwise: literalAttribute(scope.program, element, 'defaultValue', type),
    missing: literalAttribute(scope.program, element, 'mapMissingTo', type),
    type,
  };
}

function readMapValues(scope: PmmlScope, element: XmlElement): PmmlExpression {
  const { reading } = scope.program;
  const type = reading.type(element, 'string');
  const output = reading.text(element, 'outputColumn');
  const pairs = reading.all(element, 'FieldColumnPair');
  if (pairs.length === 0) throw reading.invalid(element, 'FieldColumnPair', 'missing', 'one or more');
  const fields = pairs.map((pair) => fieldOf(scope, pair));
  const columns = pairs.map((pair) => reading.text(pair, 'column'));
  const table = reading.child(element, 'InlineTable');
  if (table === null)
    throw reading.unsupported(element, 'the table', 'not in the document', 'an InlineTable is');
  const rows = reading.all(table, 'row').map((row) => {
    const keys = columns.map((column, i) =>
      literalOf(scope, row, fields[i] ?? 0, column, cellOf(reading, row, column)),
    );
    const text = cellOf(reading, row, output);
    const value = pmmlLiteral(text, type);
    if (value === null) throw reading.invalid(row, output, JSON.stringify(text.slice(0, 60)), `a ${type}`);
    return { keys, value };
  });
  reading.budget.charge(64 * rows.length * columns.length, TEXTUAL, element.offset);
  return {
    kind: 'map-values',
    fields,
    rows,
    otherwise: literalAttribute(scope.program, element, 'defaultValue', type),
    missing: literalAttribute(scope.program, element, 'mapMissingTo', type),
    type,
  };
}
