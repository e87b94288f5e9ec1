import type { PlimsollError } from '../../core/errors.ts';
import type { ReadNote } from '../../model/description.ts';
import { PMML_TYPES, type PmmlType, pmmlNumber } from '../../model/pmml/value.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import type { ReadBudget } from '../budget.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';
import type { XmlElement } from './xml.ts';

/** A document while it is read: access to elements by name, and errors that say the element and its line. */
export class PmmlReading {
  readonly notes: ReadNote[] = [];
  readonly budget: ReadBudget;
  readonly #text: string;
  #lineEnds: Uint32Array | null = null;
  /** `pmml:`, where the document writes its names so. */
  readonly #prefix: string;

  constructor(text: string, root: XmlElement, budget: ReadBudget) {
    this.#text = text;
    this.budget = budget;
    this.#prefix = root.name.slice(0, root.name.indexOf(':') + 1);
  }

  /** Says once what may be found many times. */
  noteOnce(note: ReadNote): void {
    if (!this.notes.includes(note)) this.notes.push(note);
  }

  /** The name of an element without the document's own prefix. */
  nameOf(element: XmlElement): string {
    const { name } = element;
    return this.#prefix !== '' && name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : name;
  }

  /** Children that PMML describes: extensions of vendors say nothing about the result. */
  children(element: XmlElement): readonly XmlElement[] {
    return element.children.filter((child) => this.nameOf(child) !== 'Extension');
  }

  all(element: XmlElement, name: string): readonly XmlElement[] {
    return element.children.filter((child) => this.nameOf(child) === name);
  }

  /** The one child of that name, or null. */
  child(element: XmlElement, name: string): XmlElement | null {
    const found = this.all(element, name);
    const [first, second] = found;
    if (second !== undefined) throw this.invalid(second, name, 'a second one', 'one at most');
    return first ?? null;
  }

  required(element: XmlElement, name: string): XmlElement {
    const found = this.child(element, name);
    if (found === null) throw this.invalid(element, name, 'missing', `one <${name}>`);
    return found;
  }

  attribute(element: XmlElement, name: string): string | null {
    const { attributes } = element;
    for (let i = 0; i < attributes.length; i += 2)
      if (attributes[i] === name) return attributes[i + 1] ?? null;
    return null;
  }

  text(element: XmlElement, name: string): string {
    const found = this.attribute(element, name);
    if (found === null) throw this.invalid(element, name, 'missing', 'an attribute of that name');
    return found;
  }

  /** A number, or `otherwise` where the attribute is not there. */
  number(element: XmlElement, name: string, otherwise: number): number {
    const found = this.attribute(element, name);
    return found === null ? otherwise : this.parsed(element, name, found);
  }

  numberOrNull(element: XmlElement, name: string): number | null {
    const found = this.attribute(element, name);
    return found === null ? null : this.parsed(element, name, found);
  }

  requiredNumber(element: XmlElement, name: string): number {
    return this.parsed(element, name, this.text(element, name));
  }

  parsed(element: XmlElement, name: string, text: string): number {
    const number = pmmlNumber(text);
    if (number === null) throw this.invalid(element, name, JSON.stringify(text.slice(0, 40)), 'a number');
    return number;
  }

  /** One of `choices`; another value is refused by name. */
  choice<C extends string>(element: XmlElement, name: string, choices: readonly C[], otherwise: C | null): C {
    const found = this.attribute(element, name) ?? otherwise;
    if (found === null) throw this.invalid(element, name, 'missing', 'an attribute of that name');
    const known = choices.find((choice) => choice === found);
    if (known === undefined)
      throw this.unsupported(element, name, `"${found.slice(0, 60)}"`, `${choices.join(', ')} are`);
    return known;
  }

  type(element: XmlElement, otherwise: PmmlType | null = null): PmmlType {
    return this.choice(element, 'dataType', PMML_TYPES, otherwise);
  }

  origin(element: XmlElement): StepOrigin {
    const name = this.nameOf(element);
    return {
      path: `<${name}> in line ${this.#line(element)}`,
      class: `PMML ${name}`,
      offset: element.offset,
    };
  }

  invalid(element: XmlElement, field: string, found: string, wanted: string): PlimsollError {
    return stepInvalid(this.origin(element), field, found, wanted);
  }

  unsupported(element: XmlElement, field: string, found: string, wanted: string): PlimsollError {
    return stepUnsupported(this.origin(element), field, found, wanted);
  }

  /** Refuses an element that is not understood, naming those that are. */
  unknownElement(element: XmlElement, known: string): PlimsollError {
    return this.unsupported(element, 'the element', 'one that is not understood', `${known} are`);
  }

  /** Found by halving: a document may hold as many models as it has lines. */
  #line({ offset }: XmlElement): number {
    this.#lineEnds ??= lineEndsOf(this.#text);
    let low = 0;
    let high = this.#lineEnds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lineEnds[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  }
}

function lineEndsOf(text: string): Uint32Array {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  const ends = new Uint32Array(count);
  let line = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) ends[line++] = at;
  return ends;
}
