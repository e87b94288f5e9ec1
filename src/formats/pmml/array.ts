import type { PmmlReading } from './reading.ts';
import type { XmlElement } from './xml.ts';

/** Items of an `Array`: separated by white space; in quotes where they hold some, a quote inside after a backslash. */
const ITEM = /"((?:[^"\\]|\\[\s\S])*)"|([^\s"]+)/g;

/** Items as text. `n`, where it is stated, has to agree. */
export function arrayItems(reading: PmmlReading, element: XmlElement): readonly string[] {
  const items: string[] = [];
  for (const [, quoted, plain] of element.text.matchAll(ITEM))
    items.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\([\s\S])/g, '$1'));
  reading.budget.charge(32 * items.length, 'a PMML document', element.offset);
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
