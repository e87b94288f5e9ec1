import { PlimsollError } from '../../core/errors.ts';
import { pyDict, pyInt, pyTuple } from '../pickle/construct.ts';
import type { PyValue } from '../pickle/value.ts';

/** Nesting of a record type inside records. */
const MAX_DEPTH = 16;
const TOKEN =
  /\s*(?:([A-Za-z]+)|(\d{1,15})L?|'((?:[^'\\]|\\['\\])*)'|"((?:[^"\\]|\\["\\])*)"|([{}()[\],:]))/y;

interface Token {
  readonly kind: 'word' | 'int' | 'string' | 'mark';
  readonly text: string;
}

/**
 * The Python literal in the header of a .npy file: a dict of strings, booleans, ints, tuples and lists
 * (numpy/lib/format.py). Lists are read as tuples.
 */
export function parseLiteral(text: string, offset: number): PyValue {
  const tokens = tokenize(text, offset);
  const parser = new LiteralParser(tokens, offset);
  return parser.whole();
}

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: 'the header of a .npy file', offset, found, wanted });

function tokenize(text: string, offset: number): Token[] {
  const tokens: Token[] = [];
  const source = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (match === null)
      throw corrupt(offset + at, JSON.stringify(source.slice(at, at + 20)), 'a Python literal');
    const [, word, int, single, double, mark] = match;
    const string = single ?? double;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (int !== undefined) tokens.push({ kind: 'int', text: int });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll(/\\(.)/g, '$1') });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
  }
  return tokens;
}

const WORDS = new Map<string, PyValue>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

class LiteralParser {
  readonly #tokens: readonly Token[];
  readonly #offset: number;
  #at = 0;

  constructor(tokens: readonly Token[], offset: number) {
    this.#tokens = tokens;
    this.#offset = offset;
  }

  whole(): PyValue {
    const value = this.#value(0);
    if (this.#at !== this.#tokens.length) throw this.#unexpected('the end');
    return value;
  }

  #unexpected(wanted: string): PlimsollError {
    return corrupt(this.#offset, this.#tokens[this.#at]?.text ?? 'the end', wanted);
  }

  #takes(mark: string): boolean {
    const token = this.#tokens[this.#at];
    const found = token?.kind === 'mark' && token.text === mark;
    if (found) this.#at += 1;
    return found;
  }

  #value(depth: number): PyValue {
    if (depth > MAX_DEPTH) throw corrupt(this.#offset, `nesting over ${MAX_DEPTH}`, 'a flat header');
    if (this.#takes('{')) return this.#dict(depth);
    if (this.#takes('(')) return this.#sequence(')', depth);
    if (this.#takes('[')) return this.#sequence(']', depth);
    const token = this.#tokens[this.#at];
    if (
      token?.kind === 'string' ||
      token?.kind === 'int' ||
      (token?.kind === 'word' && WORDS.has(token.text))
    ) {
      this.#at += 1;
      return token.kind === 'string'
        ? token.text
        : token.kind === 'int'
          ? pyInt(Number(token.text))
          : WORDS.get(token.text)!;
    }
    throw this.#unexpected('a value');
  }

  #sequence(close: string, depth: number): PyValue {
    const items: PyValue[] = [];
    while (!this.#takes(close)) {
      items.push(this.#value(depth + 1));
      if (this.#takes(',')) continue;
      if (!this.#takes(close)) throw this.#unexpected(`"," or "${close}"`);
      // `(3)` is 3: only a comma makes a tuple.
      const [only, ...others] = items;
      return close === ')' && only !== undefined && others.length === 0 ? only : pyTuple(items);
    }
    return pyTuple(items);
  }

  #dict(depth: number): PyValue {
    const entries: [PyValue, PyValue][] = [];
    while (!this.#takes('}')) {
      const key = this.#value(depth + 1);
      if (!this.#takes(':')) throw this.#unexpected('":"');
      entries.push([key, this.#value(depth + 1)]);
      if (!this.#takes(',') && this.#tokens[this.#at]?.text !== '}') throw this.#unexpected('"," or "}"');
    }
    return pyDict(entries);
  }
}
