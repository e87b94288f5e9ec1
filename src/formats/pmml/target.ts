import type { PmmlTarget } from '../../model/pmml/base.ts';
import { type PmmlType, type PmmlValue, pmmlLiteral } from '../../model/pmml/value.ts';
import type { PmmlReading } from './reading.ts';
import { miningFields, type PmmlDocument } from './schema.ts';
import type { XmlElement } from './xml.ts';

export type PmmlTask = 'regression' | 'classification' | 'clustering';

/** What a model predicts: the field, its type and, in a classification, its classes as far as the dictionary says. */
export interface PmmlTargetField {
  readonly name: string | null;
  readonly type: PmmlType;
  readonly classes: readonly PmmlValue[];
}

/** The target of a model; inside another model that of the outer one, where it has none of its own. */
export function targetField(
  { program, dictionary }: PmmlDocument,
  model: XmlElement,
  task: PmmlTask,
  outer: PmmlTargetField | null,
): PmmlTargetField {
  const { reading } = program;
  const targets = miningFields(reading, model).filter(
    ({ usage }) => usage === 'target' || usage === 'predicted',
  );
  const [first, second] = targets;
  if (second !== undefined)
    throw reading.unsupported(second.element, 'usageType', 'a second target', 'one is');
  const type =
    task === 'regression' ? 'double' : task === 'classification' ? (outer?.type ?? 'string') : 'string';
  // A part may predict something of its own, which it then names class by class.
  const field = first === undefined ? null : dictionary.get(first.name);
  if (first === undefined || field === null) return { name: first?.name ?? null, type, classes: [] };
  return { name: first.name, type: field.type, classes: task === 'classification' ? field.domain.valid : [] };
}

const NO_TARGET: Omit<PmmlTarget, 'type'> = {
  min: -Infinity,
  max: Infinity,
  factor: 1,
  constant: 0,
  cast: null,
  defaultValue: null,
  priors: null,
};

/** `Targets` of a model, for its target field. */
export function readTarget(
  reading: PmmlReading,
  model: XmlElement,
  { name, type }: PmmlTargetField,
  task: PmmlTask,
  classes: readonly PmmlValue[],
): PmmlTarget {
  const targets = reading.child(model, 'Targets');
  const found = (targets === null ? [] : reading.all(targets, 'Target')).filter((target) => {
    const field = reading.attribute(target, 'field');
    return field === null || field === name || name === null;
  });
  const [element] = found;
  if (element === undefined) return { ...NO_TARGET, type };
  const values = reading.all(element, 'TargetValue');
  const [value] = values;
  return {
    type,
    min: reading.number(element, 'min', -Infinity),
    max: reading.number(element, 'max', Infinity),
    factor: reading.number(element, 'rescaleFactor', 1),
    constant: reading.number(element, 'rescaleConstant', 0),
    cast:
      reading.attribute(element, 'castInteger') === null
        ? null
        : reading.choice(element, 'castInteger', ['round', 'ceiling', 'floor'] as const, null),
    defaultValue:
      task === 'regression' && value !== undefined ? reading.numberOrNull(value, 'defaultValue') : null,
    priors: task === 'classification' ? readPriors(reading, values, type, classes) : null,
  };
}

function readPriors(
  reading: PmmlReading,
  values: readonly XmlElement[],
  type: PmmlType,
  classes: readonly PmmlValue[],
): Float64Array | null {
  if (!values.some((value) => reading.attribute(value, 'priorProbability') !== null)) return null;
  const priors = new Float64Array(classes.length);
  for (const value of values) {
    const at = classes.indexOf(pmmlLiteral(reading.text(value, 'value'), type));
    if (at < 0)
      throw reading.invalid(value, 'value', `"${reading.text(value, 'value')}"`, 'a class of the target');
    priors[at] = reading.requiredNumber(value, 'priorProbability');
  }
  return priors;
}
