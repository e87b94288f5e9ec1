import type { PmmlReading } from './reading.ts';
import type { XmlElement } from './xml.ts';

/** Items of an `Array`: separated by white space; in quotes where they hold some, a quote inside after a backslash. */
const ITEM = /"((?:[^"\\]|\\[\s\S])*)"|([^\s"]+)/g;

/** Bytes that an item takes in memory, about, and how many are charged at once. */
const ITEM_BYTES = 64;
const CHARGED = 256;

/** Items as text. `n`, where it is stated, has to agree. */
export function arrayItems(reading: PmmlReading, element: XmlElement): readonly string[] {
  const items: string[] = [];
  for (const [, quoted, plain] of element.text.matchAll(ITEM)) {
    if (items.length % CHARGED === 0)
      reading.budget.charge(ITEM_BYTES * CHARGED, 'a PMML document', element.offset);
    items.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\([\s\S])/g, '$1'));
  }
  checkCount(reading, element, 'n', items.length);
  return items;
}

/** Refuses a stated count that is not what is there. */
export function checkCount(
  reading: PmmlReading,
  element: XmlElement,
  attribute: string,
  found: number,
): void {
  const stated = reading.numberOrNull(element, attribute);
  if (stated !== null && stated !== found)
    throw reading.invalid(element, attribute, String(stated), `${found}, as many as there are`);
}
/** Numbers of an `Array`, `REAL-ARRAY` or the entries of a sparse array. */
export function arrayNumbers(reading: PmmlReading, element: XmlElement): Float64Array {
  const items = arrayItems(reading, element);
  return Float64Array.from(items, (item) => reading.parsed(element, 'an item', item));
}

/** A sparse array (`INT-SPARSE-ARRAY`, `REAL-SPARSE-ARRAY`) of `width` numbers as a dense one; indexes start at 1. */
export function sparseNumbers(reading: PmmlReading, element: XmlElement, width: number): Float64Array {
  const isInt = reading.nameOf(element).startsWith('INT');
  const indices = reading.child(element, 'Indices');
  const entries = reading.child(element, isInt ? 'INT-Entries' : 'REAL-Entries');
  const otherwise = reading.number(element, 'defaultValue', 0);
  reading.budget.charge(8 * width, 'a PMML document', element.offset);
  const dense = new Float64Array(width).fill(otherwise);
  const at = indices === null ? new Float64Array(0) : arrayNumbers(reading, indices);
  const values = entries === null ? new Float64Array(0) : arrayNumbers(reading, entries);
  if (at.length !== values.length)
    throw reading.invalid(element, 'entries', String(values.length), `${at.length}, one for each index`);
  for (const [i, index] of at.entries()) {
    if (!(Number.isInteger(index) && index >= 1 && index <= width))
      throw reading.invalid(element, 'Indices', String(index), `whole numbers from 1 to ${width}`);
    dense[index - 1] = values[i] ?? 0;
  }
  return dense;
}
