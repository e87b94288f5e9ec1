import type { PmmlModel } from '../../model/pmml/models.ts';
import type { PmmlFeature, PmmlField } from '../../model/pmml/program.ts';
import { PMML_TYPES, type PmmlType, pmmlLiteral } from '../../model/pmml/value.ts';
import { expressionIn, readExpression } from './expression.ts';
import type { PmmlReading } from './reading.ts';
import { PmmlScope } from './scope.ts';
import type { XmlElement } from './xml.ts';

/** The `OutputField`s of a model, and the scope in which their names are known. */
export interface PmmlOutput {
  readonly scope: PmmlScope;
  readonly fields: readonly PmmlOutputField[];
}

export interface PmmlOutputField {
  readonly name: string;
  readonly feature: string;
  readonly final: boolean;
  readonly element: XmlElement;
}

/** A model that has been read, by its index, with what of it can be referred to. */
export interface ReadPmmlModel {
  readonly index: number;
  readonly output: PmmlOutput;
}

const EXPRESSIONS = ['transformedValue', 'decision'];

/** Defines the output fields of the model at `index`. */
export function readOutput(around: PmmlScope, element: XmlElement, index: number): PmmlOutput {
  const { program } = around;
  const { reading } = program;
  const scope = new PmmlScope(program, around);
  const output = reading.child(element, 'Output');
  const fields = (output === null ? [] : reading.all(output, 'OutputField')).map((field): PmmlOutputField => {
    const name = reading.text(field, 'name');
    const feature = reading.attribute(field, 'feature') ?? 'predictedValue';
    const read = EXPRESSIONS.includes(feature)
      ? () => readExpressionOutput(scope, field, name)
      : () => readResult(scope, field, name, feature, index);
    scope.define(field, name, () => program.field(field, read));
    return { name, feature, final: reading.attribute(field, 'isFinalResult') !== 'false', element: field };
  });
  return { scope, fields };
}

function readExpressionOutput(scope: PmmlScope, element: XmlElement, name: string): PmmlField {
  const { reading } = scope.program;
  const found = expressionIn(reading, element);
  if (found === null) throw reading.invalid(element, 'the expression', 'missing', 'one');
  const expression = readExpression(scope, found);
  return { kind: 'derived', name, type: reading.type(element, expression.type), expression };
}

/** The field that takes a feature of a model's result. */
function readResult(
  { program }: PmmlScope,
  element: XmlElement,
  name: string,
  feature: string,
  index: number,
): PmmlField {
  const { reading } = program;
  const segment = reading.attribute(element, 'segmentId');
  const model = segment === null ? index : segmentModel(program.modelAt(index), segment, reading, element);
  program.referModel(model, element);
  const found = featureOf(reading, element, feature, program.modelAt(model));
  return {
    kind: 'result',
    name,
    type: typeOf(reading, element, found, program.modelAt(model)),
    model,
    feature: found,
  };
}

function segmentModel(model: PmmlModel, id: string, reading: PmmlReading, element: XmlElement): number {
  const found = model.kind === 'mining' ? model.segments.find((segment) => segment.id === id) : undefined;
  if (found === undefined) throw reading.invalid(element, 'segmentId', `"${id}"`, 'the id of a segment');
  return found.model;
}

function typeOf(reading: PmmlReading, element: XmlElement, feature: PmmlFeature, model: PmmlModel): PmmlType {
  const stated = reading.attribute(element, 'dataType');
  const known = PMML_TYPES.find((type) => type === stated);
  if (known !== undefined) return known;
  if (feature.kind === 'predictedValue') return model.target.type;
  return feature.kind === 'entityId' || feature.kind === 'reasonCode' ? 'string' : 'double';
}

const FEATURES = [
  'predictedValue',
  'predictedDisplayValue',
  'probability',
  'entityId',
  'clusterId',
  'affinity',
  'entityAffinity',
  'clusterAffinity',
  'reasonCode',
] as const;

function featureOf(reading: PmmlReading, element: XmlElement, name: string, model: PmmlModel): PmmlFeature {
  const rank = reading.number(element, 'rank', 1);
  const known = FEATURES.find((feature) => feature === name);
  if (known === undefined)
    throw reading.unsupported(
      element,
      'feature',
      `"${name.slice(0, 60)}"`,
      `${FEATURES.join(', ')}, ${EXPRESSIONS.join(', ')} are`,
    );
  switch (known) {
    case 'predictedValue':
    case 'predictedDisplayValue':
      return { kind: 'predictedValue' };
    case 'probability':
      return { kind: 'probability', class: classOf(reading, element, model) };
    case 'reasonCode':
      if (!(Number.isInteger(rank) && rank >= 1))
        throw reading.invalid(element, 'rank', String(rank), '1 or more');
      return { kind: 'reasonCode', rank };
    case 'entityId':
    case 'clusterId':
      if (rank !== 1) throw reading.unsupported(element, 'rank', String(rank), '1 is');
      return { kind: 'entityId' };
    default:
      if (rank !== 1) throw reading.unsupported(element, 'rank', String(rank), '1 is');
      return { kind: 'affinity', class: classOf(reading, element, model) };
  }
}

/** The class whose probability is asked for; null is the one that is predicted. */
function classOf(reading: PmmlReading, element: XmlElement, model: PmmlModel): number | null {
  const text = reading.attribute(element, 'value');
  if (text === null) return null;
  const at = model.classes.indexOf(pmmlLiteral(text, model.target.type));
  if (at < 0) throw reading.invalid(element, 'value', `"${text.slice(0, 60)}"`, 'a class of the model');
  return at;
}
