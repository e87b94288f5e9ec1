import type { PmmlDomain } from '../../model/pmml/program.ts';
import { type PmmlType, type PmmlValue, pmmlLiteral } from '../../model/pmml/value.ts';
import { readInterval } from './expression.ts';
import type { PmmlReading } from './reading.ts';
import type { XmlElement } from './xml.ts';

/** A `DataField`: its type and its valid values. */
export interface PmmlDataField {
  readonly type: PmmlType;
  readonly domain: PmmlDomain;
}

export const ANYTHING: PmmlDomain = { valid: [], invalid: [], missing: [], intervals: [] };

/** The data dictionary. A field is read when something uses it: one that nothing uses may hold dates. */
export class PmmlDictionary {
  readonly #reading: PmmlReading;
  readonly #elements = new Map<string, XmlElement>();
  readonly #fields = new Map<string, PmmlDataField>();

  constructor(reading: PmmlReading, root: XmlElement) {
    this.#reading = reading;
    const dictionary = reading.required(root, 'DataDictionary');
    const fields = reading.all(dictionary, 'DataField');
    const stated = reading.numberOrNull(dictionary, 'numberOfFields');
    // Nothing depends on the count, which documents edited by hand get wrong.
    if (stated !== null && stated !== fields.length)
      reading.notes.push({
        level: 'warning',
        text: `the data dictionary says numberOfFields="${stated}", it has ${fields.length}`,
      });
    for (const element of fields) {
      const name = reading.text(element, 'name');
      if (this.#elements.has(name))
        throw reading.invalid(element, 'name', `"${name}", which is defined twice`, 'a name of its own');
      this.#elements.set(name, element);
    }
  }

  /** Whether the values of the field are ordered categories. */
  isOrdinal(name: string): boolean {
    const element = this.#elements.get(name);
    return element !== undefined && this.#reading.attribute(element, 'optype') === 'ordinal';
  }

  /** The field of that name, or null. */
  get(name: string): PmmlDataField | null {
    const known = this.#fields.get(name);
    const element = this.#elements.get(name);
    if (known !== undefined || element === undefined) return known ?? null;
    const field = readDataField(this.#reading, element);
    this.#fields.set(name, field);
    return field;
  }
}

function readDataField(reading: PmmlReading, element: XmlElement): PmmlDataField {
  const type = reading.type(element);
  const values = {
    valid: new Set<PmmlValue>(),
    invalid: new Set<PmmlValue>(),
    missing: new Set<PmmlValue>(),
  };
  for (const value of reading.all(element, 'Value')) {
    const text = reading.text(value, 'value');
    const property = reading.choice(value, 'property', ['valid', 'invalid', 'missing'] as const, 'valid');
    // A marker such as "NA" of a numeric field can be no number: nothing can be equal to it.
    const literal = pmmlLiteral(text, type);
    if (literal !== null) values[property].add(literal);
    else if (property === 'valid')
      throw reading.invalid(value, 'value', JSON.stringify(text.slice(0, 60)), `a ${type}`);
  }
  const { valid, invalid, missing } = values;
  // Values are compared as they are kept: a float that stands on a margin is inside.
  const kept = type === 'float' ? Math.fround : (x: number): number => x;
  const intervals = reading.all(element, 'Interval').map((interval) => {
    const { low, high, ...closure } = readInterval(reading, interval);
    return { low: kept(low), high: kept(high), ...closure };
  });
  return { type, domain: { valid: [...valid], invalid: [...invalid], missing: [...missing], intervals } };
}
