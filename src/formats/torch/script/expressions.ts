import type { ReadBudget } from '../../budget.ts';
import type { ScriptExpression } from './syntax.ts';
import { codeCorrupt, type ScriptToken } from './tokens.ts';

/** Expressions in expressions. */
const DEPTH = 200;

const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map([
  ['None', null],
  ['True', true],
  ['False', false],
]);

/** Floats that have no digits. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['inf', Number.POSITIVE_INFINITY],
  ['nan', Number.NaN],
]);

/** Reads expressions from tokens: names, calls, attributes, subscripts and literals are all there is. */
export class ExpressionParser {
  readonly file: string;
  readonly #tokens: readonly ScriptToken[];
  readonly #budget: ReadBudget;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly ScriptToken[], file: string, budget: ReadBudget) {
    this.#tokens = tokens;
    this.file = file;
    this.#budget = budget;
  }

  get token(): ScriptToken {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', line: 0 };
  }

  is(text: string): boolean {
    const { kind, text: own } = this.token;
    return own === text && (kind === 'mark' || kind === 'name');
  }

  isAt(...kinds: readonly ScriptToken['kind'][]): boolean {
    return kinds.includes(this.token.kind);
  }

  next(): ScriptToken {
    const { token } = this;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  /** Takes a mark or a word where it stands here. */
  take(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.wrong(JSON.stringify(text));
  }

  name(): string {
    const { kind, text } = this.next();
    if (kind !== 'name') throw this.wrong('a name');
    return text;
  }

  /** The end of a statement. */
  endOfLine(): void {
    if (this.token.kind === 'end') return;
    if (this.next().kind !== 'newline') throw this.wrong('the end of the line');
  }

  wrong(wanted: string): Error {
    const { kind, text, line } = this.#tokens[Math.max(0, this.#at)] ?? this.token;
    const found = text === '' ? `the ${kind}` : JSON.stringify(text.slice(0, 40));
    return codeCorrupt(this.file, line, found, wanted);
  }

  expression(): ScriptExpression {
    this.#depth += 1;
    if (this.#depth > DEPTH)
      throw codeCorrupt(this.file, this.token.line, `expressions ${DEPTH} deep`, 'code of torch');
    this.#budget.chargeObjects(64, this.file, 0);
    const made = this.#postfix(this.#primary());
    this.#depth -= 1;
    return made;
  }

  #postfix(first: ScriptExpression): ScriptExpression {
    let made = first;
    for (let links = 0; ; links += 1) {
      if (links > DEPTH)
        throw codeCorrupt(this.file, this.token.line, 'a chain without end', 'code of torch');
      const { line } = this.token;
      if (this.take('.')) made = { kind: 'attribute', of: made, name: this.name(), line };
      else if (this.take('[')) {
        const index = this.is(']') ? this.#tuple([], line) : this.#commas(']', line);
        this.expect(']');
        made = { kind: 'subscript', of: made, index, line };
      } else if (this.take('(')) made = this.#call(made, line);
      else return made;
    }
  }

  #tuple(items: readonly ScriptExpression[], line: number): ScriptExpression {
    return { kind: 'tuple', items, line };
  }

  /** One expression, or a tuple of several up to a closing mark. */
  #commas(close: string, line: number): ScriptExpression {
    const first = this.expression();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.take(',') && !this.is(close)) items.push(this.expression());
    return this.#tuple(items, line);
  }

  #call(callee: ScriptExpression, line: number): ScriptExpression {
    const args: ScriptExpression[] = [];
    const keywords = new Map<string, ScriptExpression>();
    while (!this.take(')')) {
      const value = this.expression();
      if (value.kind === 'name' && this.take('=')) keywords.set(value.name, this.expression());
      else args.push(value);
      if (!this.is(')')) this.expect(',');
    }
    return { kind: 'call', callee, args, keywords, line };
  }

  #items(close: string): ScriptExpression[] {
    const items: ScriptExpression[] = [];
    while (!this.take(close)) {
      items.push(this.expression());
      if (!this.is(close)) this.expect(',');
    }
    return items;
  }

  #primary(): ScriptExpression {
    const token = this.next();
    const { kind, text, line } = token;
    if (kind === 'string') return { kind, value: this.#joinedStrings(text), line };
    if (kind === 'int' || kind === 'float') return { kind, value: numberOf(text), line };
    if (kind === 'name') {
      const word = WORDS.get(text);
      if (word !== undefined) return { kind: 'float', value: word, line };
      const constant = CONSTANTS.get(text);
      return constant === undefined
        ? { kind, name: text, line }
        : { kind: 'constant', value: constant, line };
    }
    if (kind === 'mark' && text === '-') return this.#negative(line);
    if (kind === 'mark' && text === '(') return this.#parenthesis(line);
    if (kind === 'mark' && text === '[') return { kind: 'list', items: this.#items(']'), line };
    if (kind === 'mark' && text === '{') return this.#dict(line);
    this.#at -= 1;
    throw this.wrong('an expression');
  }

  /** Texts that stand beside one another are one. */
  #joinedStrings(first: string): string {
    let text = first;
    while (this.token.kind === 'string') text += this.next().text;
    return text;
  }

  #negative(line: number): ScriptExpression {
    const value = this.#primary();
    if (value.kind !== 'int' && value.kind !== 'float') throw this.wrong('a number');
    return { kind: value.kind, value: -value.value, line };
  }

  #parenthesis(line: number): ScriptExpression {
    if (this.take(')')) return this.#tuple([], line);
    const first = this.expression();
    if (this.take(')')) return first;
    this.expect(',');
    return this.#tuple([first, ...this.#items(')')], line);
  }

  #dict(line: number): ScriptExpression {
    const entries: (readonly [ScriptExpression, ScriptExpression])[] = [];
    while (!this.take('}')) {
      const key = this.expression();
      this.expect(':');
      entries.push([key, this.expression()]);
      if (!this.is('}')) this.expect(',');
    }
    return { kind: 'dict', entries, line };
  }
}

/** What is larger than any number that counts elements is as good as the largest one. */
const numberOf = (text: string): number => {
  const value = Number(text.replaceAll('_', ''));
  return /^[\d_]+$/.test(text) ? Math.min(Number.MAX_SAFE_INTEGER, value) : value;
};
