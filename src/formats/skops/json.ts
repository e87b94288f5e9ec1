import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';

/**
 * JSON whose objects keep the order of their keys, as Python's do, and their place. `JSON.parse` moves keys that look like
 * numbers to the front, but the types of keys are listed in the order in which the keys were written.
 */
export type PlacedJson = null | boolean | number | string | readonly PlacedJson[] | JsonObject;

export class JsonObject {
  /** Position of its brace, in characters. */
  readonly offset: number;
  readonly members: ReadonlyMap<string, PlacedJson>;

  constructor(offset: number, members: ReadonlyMap<string, PlacedJson>) {
    this.offset = offset;
    this.members = members;
  }
}

/** Bytes of a container, and of each of its items, in memory: about. */
const CONTAINER_BYTES = 120;
const ITEM_BYTES = 32;
/** Values between two looks at the clock. */
const TICK = 65_536;

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: ReadonlyMap<string, null | boolean> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
]);

/** Reads a JSON text within the budget. Errors: READ_CORRUPT, READ_LIMIT, READ_TRUNCATED, with the place in the text. */
export function parsePlacedJson(text: string, what: string, budget: ReadBudget): PlacedJson {
  const parser = new JsonParser(text, what, budget);
  return parser.whole();
}

function indexFrom(text: string, mark: string, start: number): number {
  const at = text.indexOf(mark, start);
  return at < 0 ? Infinity : at;
}

class JsonParser {
  readonly #text: string;
  readonly #what: string;
  readonly #budget: ReadBudget;
  #at = 0;
  /** Where the next backslash is, for no string is to look for it over the whole text. */
  #backslash = -1;
  #values = 0;

  constructor(text: string, what: string, budget: ReadBudget) {
    this.#text = text;
    this.#what = what;
    this.#budget = budget;
  }

  whole(): PlacedJson {
    this.#skipSpace();
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#wanted('the end of the text');
    return value;
  }

  #value(depth: number): PlacedJson {
    this.#values += 1;
    if (this.#values % TICK === 0) this.#budget.checkTime(this.#what, this.#at);
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === '{') return this.#object(depth + 1);
    if (first === '[') return this.#array(depth + 1);
    if (first === 't' || first === 'f' || first === 'n') return this.#word();
    const number = this.#match(NUMBER);
    if (number === null) throw this.#wanted('a value of JSON');
    return Number(number);
  }

  #object(depth: number): JsonObject {
    const offset = this.#open(depth);
    const members = new Map<string, PlacedJson>();
    while (this.#hasNext('}', members.size)) {
      const at = this.#at;
      const key = this.#string();
      if (members.has(key))
        throw this.#corrupt(at, `${JSON.stringify(key.slice(0, 80))} twice in one object`, 'each key once');
      this.#skipSpace();
      this.#expect(':');
      this.#skipSpace();
      members.set(key, this.#value(depth));
    }
    return new JsonObject(offset, members);
  }

  #array(depth: number): readonly PlacedJson[] {
    this.#open(depth);
    const items: PlacedJson[] = [];
    while (this.#hasNext(']', items.length)) items.push(this.#value(depth));
    return items;
  }

  /** Steps over the bracket that is here, and answers its position. */
  #open(depth: number): number {
    const at = this.#at;
    this.#budget.check('depth', depth, this.#what, at);
    this.#budget.charge(CONTAINER_BYTES, this.#what, at);
    this.#at += 1;
    return at;
  }

  /** Steps to the next item of a container that has `count` so far, or past its end. */
  #hasNext(end: string, count: number): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return false;
    }
    if (count > 0) {
      this.#expect(',');
      this.#skipSpace();
    }
    this.#budget.charge(ITEM_BYTES, this.#what, this.#at);
    return true;
  }

  #string(): string {
    const literal = this.#literal();
    // No character below a space may stand in a string as it is.
    if (!literal.includes('\\') && !/[^ -\uffff]/.test(literal)) return literal.slice(1, -1);
    try {
      return String(JSON.parse(literal));
    } catch (cause) {
      const at = this.#at - literal.length;
      const found = {
        what: this.#what,
        offset: at,
        found: 'an invalid escape or character',
        wanted: 'a string',
      };
      throw new PlimsollError('READ_CORRUPT', found, { cause });
    }
  }

  /** The string that starts here, quotes and escapes included. A pattern would need memory for each of its characters. */
  #literal(): string {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#wanted('a string');
    let end = indexFrom(this.#text, '"', start + 1);
    for (let at = start + 1; ; ) {
      if (this.#backslash < at) this.#backslash = indexFrom(this.#text, '\\', at);
      if (this.#backslash >= end) break;
      at = this.#backslash + 2;
      if (end < at) end = indexFrom(this.#text, '"', at);
    }
    if (end === Infinity) {
      this.#at = this.#text.length;
      throw this.#wanted('the end of a string');
    }
    this.#budget.check('stringBytes', end - start, this.#what, start);
    this.#at = end + 1;
    return this.#text.slice(start, end + 1);
  }

  #word(): null | boolean {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    throw this.#wanted('a value of JSON');
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }

  #skipSpace(): void {
    // Most tokens follow each other, and a call costs more than a look.
    if (this.#text.charCodeAt(this.#at) > 0x20) return;
    this.#match(SPACE);
  }

  #expect(mark: string): void {
    if (this.#text[this.#at] !== mark) throw this.#wanted(JSON.stringify(mark));
    this.#at += 1;
  }

  #wanted(wanted: string): PlimsollError {
    if (this.#at < this.#text.length)
      return this.#corrupt(this.#at, JSON.stringify(this.#text.slice(this.#at, this.#at + 20)), wanted);
    const details = { what: this.#what, offset: this.#at, found: 0, wanted };
    return new PlimsollError('READ_TRUNCATED', details);
  }

  #corrupt(offset: number, found: string, wanted: string): PlimsollError {
    return new PlimsollError('READ_CORRUPT', { what: this.#what, offset, found, wanted });
  }
}
