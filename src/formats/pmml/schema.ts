import type { ColumnNeed } from '../../model/column-need.ts';
import type { PmmlTreatment } from '../../model/pmml/program.ts';
import { castPmmlValue, type PmmlType, type PmmlValue, pmmlLiteral } from '../../model/pmml/value.ts';
import { ANYTHING, type PmmlDictionary } from './dictionary.ts';
import { readExpressionOf } from './expression.ts';
import type { PmmlReading } from './reading.ts';
import { type PmmlProgram, PmmlScope } from './scope.ts';
import type { XmlElement } from './xml.ts';

/** What all models of a document share while they are read. */
export interface PmmlDocument {
  readonly program: PmmlProgram;
  readonly dictionary: PmmlDictionary;
  /** `TransformationDictionary`, or null. */
  readonly transformations: XmlElement | null;
  readonly columns: ColumnNeed[];
  readonly names: string[];
}

const USAGES = [
  'active',
  'predicted',
  'target',
  'supplementary',
  'group',
  'order',
  'frequencyWeight',
  'analysisWeight',
] as const;

interface MiningField {
  readonly element: XmlElement;
  readonly name: string;
  readonly usage: (typeof USAGES)[number];
}

export function miningFields(reading: PmmlReading, model: XmlElement): readonly MiningField[] {
  return reading.all(reading.required(model, 'MiningSchema'), 'MiningField').map((element) => ({
    element,
    name: reading.text(element, 'name'),
    usage: reading.choice(element, 'usageType', USAGES, 'active'),
  }));
}

/** Names that the outermost model sees: its active fields are the columns of the input. */
export function outermostScope(document: PmmlDocument, model: XmlElement): PmmlScope {
  const { program, dictionary, columns, names } = document;
  const { reading } = program;
  const scope = new PmmlScope(program, null);
  for (const { element, name, usage } of miningFields(reading, model)) {
    if (usage !== 'active') continue;
    const field = dictionary.get(name);
    if (field === null)
      throw reading.invalid(
        element,
        'name',
        `"${name}", which the data dictionary does not have`,
        'one of its fields',
      );
    const { type, domain } = field;
    const treatment = readTreatment(reading, element, type, domain);
    const column = columns.length;
    names.push(name);
    columns.push(needOf(type, treatment));
    scope.define(element, name, () => {
      const input = program.field(element, () => ({ kind: 'input', name, column, type }));
      return program.field(element, () => {
        program.refer(input, element);
        return { kind: 'treated', name, type, source: input, treatment };
      });
    });
  }
  return scope;
}

function needOf(type: PmmlType, treatment: PmmlTreatment): ColumnNeed {
  const { domain, invalid, refusesMissing } = treatment;
  return {
    type: type === 'string' ? 'string' : type === 'boolean' ? 'bool' : 'number',
    nullable: !refusesMissing,
    used: true,
    ...(domain.valid.length === 0
      ? {}
      : {
          categories: domain.valid,
          unknown: invalid === 'returnInvalid' && domain.missing.length === 0 ? 'error' : 'ignore',
        }),
  };
}

/**
 * Names that a model inside another one sees: what is around it, treated anew where its schema says so. Transformations of
 * the document are then computed from what was treated.
 */
export function innerScope(
  { program, dictionary, transformations }: PmmlDocument,
  model: XmlElement,
  around: PmmlScope,
): PmmlScope {
  const { reading } = program;
  const treated = miningFields(reading, model).filter(
    ({ element, usage }) => usage === 'active' && isTreated(reading, element),
  );
  if (treated.length === 0) return new PmmlScope(program, around);
  const scope = new PmmlScope(program, around);
  for (const { element, name } of treated) {
    scope.define(element, name, () => {
      const source = around.resolve(element, name);
      const type = program.typeOf(source);
      const treatment = readTreatment(reading, element, type, dictionary.get(name)?.domain ?? ANYTHING);
      return program.field(element, () => {
        program.refer(source, element);
        return { kind: 'treated', name, type, source, treatment };
      });
    });
  }
  const inner = new PmmlScope(program, scope);
  defineDerived(inner, transformations);
  return inner;
}

/** Whether a schema inside another one changes values: what was let in by the outer one stays valid. */
function isTreated(reading: PmmlReading, element: XmlElement): boolean {
  const invalid = reading.attribute(element, 'invalidValueTreatment') ?? 'returnInvalid';
  return (
    (invalid !== 'returnInvalid' && invalid !== 'asIs') ||
    (reading.attribute(element, 'outliers') ?? 'asIs') !== 'asIs' ||
    reading.attribute(element, 'missingValueReplacement') !== null ||
    reading.attribute(element, 'missingValueTreatment') === 'returnInvalid'
  );
}

function readTreatment(
  reading: PmmlReading,
  element: XmlElement,
  type: PmmlType,
  domain: PmmlTreatment['domain'],
): PmmlTreatment {
  const replacement = (name: string): PmmlValue => {
    const text = reading.attribute(element, name);
    if (text === null) return null;
    const value = pmmlLiteral(text, type);
    // Means of whole numbers are replacements, too.
    const cast = value ?? castPmmlValue(text, type, 'string');
    if (cast === null) throw reading.invalid(element, name, JSON.stringify(text.slice(0, 60)), `a ${type}`);
    return cast;
  };
  const missing = reading.choice(
    element,
    'missingValueTreatment',
    ['asIs', 'asMean', 'asMode', 'asMedian', 'asValue', 'returnInvalid'] as const,
    'asIs',
  );
  const outliers = reading.choice(
    element,
    'outliers',
    ['asIs', 'asMissingValues', 'asExtremeValues'] as const,
    'asIs',
  );
  return {
    domain,
    invalid: reading.choice(
      element,
      'invalidValueTreatment',
      ['returnInvalid', 'asIs', 'asMissing', 'asValue'] as const,
      'returnInvalid',
    ),
    invalidReplacement: replacement('invalidValueReplacement'),
    refusesMissing: missing === 'returnInvalid',
    missingReplacement: replacement('missingValueReplacement'),
    outliers,
    low: reading.number(element, 'lowValue', -Infinity),
    high: reading.number(element, 'highValue', Infinity),
  };
}

/** Defines the `DerivedField`s that `parent` holds; each is read when something refers to it. */
export function defineDerived(scope: PmmlScope, parent: XmlElement | null): void {
  if (parent === null) return;
  const { program } = scope;
  const { reading } = program;
  for (const element of reading.all(parent, 'DerivedField')) {
    const name = reading.attribute(element, 'name') ?? reading.text(element, 'displayName');
    scope.define(element, name, () =>
      program.field(element, () => {
        const expression = readExpressionOf(scope, element);
        return { kind: 'derived', name, type: reading.type(element, expression.type), expression };
      }),
    );
  }
}
