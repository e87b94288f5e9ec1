import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';

/** An element with its place in the text, in characters. Text and CDATA inside it are joined; comments are dropped. */
export interface XmlElement {
  readonly name: string;
  readonly offset: number;
  /** Names and values in turn. */
  readonly attributes: readonly string[];
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly offset: number;
  readonly attributes: readonly string[];
  readonly children: OpenElement[];
  text: string;
}

const WHAT = 'an XML document';
/** Bytes that an element and an attribute take in memory, about. */
const ELEMENT_BYTES = 120;
/** The same of one with children, whose list grows ahead of them. */
const PARENT_BYTES = 320;
const ATTRIBUTE_BYTES = 48;
const TIME_EVERY = 4096;
/** Children of an element that is closed at once. */
const NONE: OpenElement[] = [];

/** Name characters: ASCII as XML 1.0 has them, and everything beyond it. */
const NAME = /[A-Za-z_:\u0080-\uffff][-A-Za-z0-9._:\u0080-\uffff]*/y;
const SPACE = /[ \t\r\n]*/y;
const ENTITY = /&([^;&<\s]{0,12});?/g;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/**
 * The root element of an XML 1.0 document, read without anything that can grow or reach out: a document type declaration
 * is refused, there are no entities but the five and characters by number, nesting, names, attributes and memory have
 * limits. Namespaces are left to the caller. Errors: READ_CORRUPT, READ_UNSAFE, READ_LIMIT, READ_TRUNCATED.
 */
export function parseXml(text: string, budget: ReadBudget): XmlElement {
  return new XmlReader(text, budget).document();
}

class XmlReader {
  readonly #text: string;
  readonly #budget: ReadBudget;
  #at = 0;
  #elements = 0;
  /** One string for each distinct name. */
  readonly #names = new Map<string, string>();

  constructor(text: string, budget: ReadBudget) {
    this.#text = text;
    this.#budget = budget;
  }

  document(): XmlElement {
    const open: OpenElement[] = [];
    let root: OpenElement | null = null;
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf('<', this.#at);
      const end = next < 0 ? this.#text.length : next;
      this.#characters(open.at(-1), end);
      if (next < 0) break;
      if (this.#skipMarkup(open.at(-1))) continue;
      if (this.#text.startsWith('</', next)) this.#close(open);
      else {
        if (root !== null && open.length === 0)
          throw this.#corrupt('a second root element', 'one root element');
        root = this.#open(open) ?? root;
      }
    }
    if (open.length > 0 || root === null) {
      throw new PlimsollError('READ_TRUNCATED', {
        what: WHAT,
        offset: this.#text.length,
        found: 0,
        wanted: `the end of <${open.at(-1)?.name ?? 'the root element'}>`,
      });
    }
    return root;
  }

  #characters(parent: OpenElement | undefined, end: number): void {
    if (end === this.#at) return;
    const raw = this.#text.slice(this.#at, end);
    if (/[^ \t\r\n]/.test(raw)) {
      if (parent === undefined && raw.trim() !== '\uFEFF' && raw.trim() !== '')
        throw this.#corrupt('text outside of the root element', 'one root element');
      if (parent !== undefined) this.#append(parent, this.#decode(raw));
    }
    this.#at = end;
  }

  #append(parent: OpenElement, text: string): void {
    this.#budget.charge(2 * text.length, WHAT, this.#at);
    this.#budget.check('stringBytes', parent.text.length + text.length, WHAT, this.#at);
    parent.text += text;
  }

  /** Comments, instructions and CDATA; whether there was one. */
  #skipMarkup(parent: OpenElement | undefined): boolean {
    const text = this.#text;
    const at = this.#at;
    if (text.startsWith('<!--', at)) this.#at = this.#after('-->', at + 4);
    else if (text.startsWith('<?', at)) this.#at = this.#after('?>', at + 2);
    else if (text.startsWith('<![CDATA[', at)) {
      const end = this.#after(']]>', at + 9);
      if (parent === undefined) throw this.#corrupt('CDATA outside of the root element', 'one root element');
      this.#append(parent, text.slice(at + 9, end - 3));
      this.#at = end;
    } else if (text.startsWith('<!', at)) {
      throw new PlimsollError('READ_UNSAFE', {
        what: WHAT,
        offset: at,
        found:
          'a document type declaration, through which a reader can be made to fetch files or to fill its memory',
      });
    } else return false;
    return true;
  }

  #after(mark: string, from: number): number {
    const found = this.#text.indexOf(mark, from);
    if (found >= 0) return found + mark.length;
    throw new PlimsollError('READ_TRUNCATED', {
      what: WHAT,
      offset: this.#at,
      found: this.#text.length - this.#at,
      wanted: `"${mark}"`,
    });
  }

  /** A start tag; the element where it is a root. */
  #open(open: OpenElement[]): OpenElement | null {
    const offset = this.#at;
    this.#at++;
    const name = this.#name();
    const attributes: string[] = [];
    let closed = false;
    for (;;) {
      const spaced = this.#space();
      const char = this.#text[this.#at];
      if (char === '>') break;
      if (char === '/' && this.#text[this.#at + 1] === '>') {
        closed = true;
        this.#at++;
        break;
      }
      if (!spaced) throw this.#corrupt(this.#shown(), 'white space, "/>" or ">"');
      this.#attribute(attributes);
    }
    this.#at++;
    const bytes = closed ? ELEMENT_BYTES : PARENT_BYTES;
    this.#budget.charge(bytes + ATTRIBUTE_BYTES * attributes.length, WHAT, offset);
    if (++this.#elements % TIME_EVERY === 0) this.#budget.checkTime(WHAT, offset);
    const element: OpenElement = { name, offset, attributes, children: closed ? NONE : [], text: '' };
    const parent = open.at(-1);
    parent?.children.push(element);
    if (!closed) {
      open.push(element);
      this.#budget.check('depth', open.length, WHAT, offset);
    }
    return parent === undefined ? element : null;
  }

  #attribute(attributes: string[]): void {
    const name = this.#name();
    for (let i = 0; i < attributes.length; i += 2) {
      if (attributes[i] === name) throw this.#corrupt(`the attribute "${name}" twice`, 'each attribute once');
    }
    // The search for doubles is quadratic.
    this.#budget.check('dtypeFields', attributes.length, WHAT, this.#at);
    this.#space();
    if (this.#text[this.#at] !== '=') throw this.#corrupt(this.#shown(), `"=" after the attribute "${name}"`);
    this.#at++;
    this.#space();
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") throw this.#corrupt(this.#shown(), 'a quoted value');
    const start = this.#at + 1;
    const end = this.#after(quote, start) - 1;
    const raw = this.#text.slice(start, end);
    if (raw.includes('<')) throw this.#corrupt(`"<" in the attribute "${name}"`, '"&lt;"');
    this.#budget.check('lineBytes', raw.length, WHAT, start);
    attributes.push(name, this.#decode(raw.replaceAll(/[\t\r\n]/g, ' ')));
    this.#at = end + 1;
  }

  #close(open: OpenElement[]): void {
    this.#at += 2;
    const name = this.#name();
    this.#space();
    const element = open.pop();
    if (element?.name !== name)
      throw this.#corrupt(`</${name}>`, element === undefined ? 'no end tag' : `</${element.name}>`);
    if (this.#text[this.#at] !== '>') throw this.#corrupt(this.#shown(), '">"');
    this.#at++;
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const found = NAME.exec(this.#text)?.[0];
    if (found === undefined) throw this.#corrupt(this.#shown(), 'a name');
    this.#budget.check('nameChars', found.length, WHAT, this.#at);
    this.#at += found.length;
    const known = this.#names.get(found);
    if (known !== undefined) return known;
    this.#names.set(found, found);
    return found;
  }

  /** Skips white space; whether there was some. */
  #space(): boolean {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    const moved = SPACE.lastIndex > this.#at;
    this.#at = Math.max(this.#at, SPACE.lastIndex);
    return moved;
  }

  #decode(raw: string): string {
    if (!raw.includes('&')) return raw;
    return raw.replaceAll(ENTITY, (whole, name: string) => {
      const known = ENTITIES.get(name) ?? characterOf(name);
      if (known !== null && whole.endsWith(';')) return known;
      throw this.#corrupt(
        `the entity "${whole}"`,
        'one of &lt; &gt; &amp; &quot; &apos; or a character by number',
      );
    });
  }

  readonly #shown = (): string =>
    this.#at >= this.#text.length ? 'the end' : JSON.stringify(this.#text.slice(this.#at, this.#at + 12));

  #corrupt(found: string, wanted: string): PlimsollError {
    return new PlimsollError('READ_CORRUPT', { what: WHAT, offset: this.#at, found, wanted });
  }
}

/** `#65` and `#x41`, as XML 1.0 allows them. */
function characterOf(name: string): string | null {
  const spelled = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (spelled === null) return null;
  const code = spelled[1] === undefined ? Number(spelled[2]) : Number.parseInt(spelled[1], 16);
  const allowed = code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff);
  return allowed && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : null;
}
