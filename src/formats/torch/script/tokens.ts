import { PlimsollError } from '../../../core/errors.ts';
import type { ReadBudget } from '../../budget.ts';

/** One word of code. An `indent` and a `dedent` stand for the braces that Python does without. */
export interface ScriptToken {
  readonly kind: 'name' | 'int' | 'float' | 'string' | 'mark' | 'newline' | 'indent' | 'dedent' | 'end';
  readonly text: string;
  readonly line: number;
}

/** What a token takes in memory, about. */
const TOKEN_BYTES = 200;
/** Blocks in blocks: code of torch itself has some twenty. */
const BLOCKS = 200;

const SPACE = /[ \t\r]*/y;
const COMMENT = /#[^\n]*/y;
const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?j?/y;
/** Texts as torch writes them: in one line, what is special escaped. */
const STRING = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'/y;
const MARK = /->|[()[\]{},.:=*+\-/%<>!@&|^~;]/y;

const WORDS = [
  [STRING, 'string'],
  [NAME, 'name'],
  [NUMBER, 'number'],
  [MARK, 'mark'],
] as const;

export const codeCorrupt = (file: string, line: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: `${file}:${line}`, offset: 0, found, wanted });

/** Splits code into words. Throws READ_CORRUPT for what no word begins with, READ_LIMIT for too many of them. */
export function scriptTokens(code: string, file: string, budget: ReadBudget): readonly ScriptToken[] {
  return new Tokenizer(code, file, budget).run();
}

class Tokenizer {
  readonly #code: string;
  readonly #file: string;
  readonly #budget: ReadBudget;
  readonly #tokens: ScriptToken[] = [];
  readonly #indents = [0];
  #at = 0;
  #line = 1;
  /** Brackets that are open: line ends within them mean nothing. */
  #open = 0;

  constructor(code: string, file: string, budget: ReadBudget) {
    this.#code = code;
    this.#file = file;
    this.#budget = budget;
  }

  run(): readonly ScriptToken[] {
    let atStart = true;
    while (this.#at < this.#code.length) {
      if (atStart) this.#indentation();
      atStart = this.#next();
    }
    this.#push('newline', '');
    for (const _ of this.#indents.slice(1)) this.#push('dedent', '');
    this.#push('end', '');
    return this.#tokens;
  }

  #push(kind: ScriptToken['kind'], text: string): void {
    if (this.#tokens.length % 1024 === 0) this.#budget.checkTime(this.#file, this.#at);
    this.#budget.chargeObjects(TOKEN_BYTES + text.length, this.#file, this.#at);
    this.#tokens.push({ kind, text, line: this.#line });
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#code)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }

  /** Blocks that begin or end with this line; lines without words count for nothing. */
  #indentation(): void {
    const width = this.#match(SPACE).length;
    this.#match(COMMENT);
    if (this.#code[this.#at] === '\n' || this.#at >= this.#code.length) return;
    const last = this.#indents.at(-1) ?? 0;
    if (width > last) {
      this.#indents.push(width);
      if (this.#indents.length > BLOCKS)
        throw codeCorrupt(this.#file, this.#line, `blocks ${BLOCKS} deep`, 'code of torch');
      this.#push('indent', '');
    }
    while (width < (this.#indents.at(-1) ?? 0)) {
      this.#indents.pop();
      this.#push('dedent', '');
    }
    if (width !== this.#indents.at(-1))
      throw codeCorrupt(this.#file, this.#line, 'a line indented like none before it', 'blocks');
  }

  /** Reads one token; says whether a line begins behind it. */
  #next(): boolean {
    this.#match(SPACE);
    this.#match(COMMENT);
    if (this.#at >= this.#code.length) return false;
    if (this.#code[this.#at] === '\n') {
      this.#at += 1;
      const ends = this.#open === 0;
      if (ends && this.#tokens.at(-1)?.kind !== 'newline' && this.#tokens.length > 0)
        this.#push('newline', '');
      this.#line += 1;
      return ends;
    }
    this.#word();
    return false;
  }

  #word(): void {
    for (const [pattern, kind] of WORDS) {
      const text = this.#match(pattern);
      if (text === '') continue;
      if (kind === 'number') this.#number(text);
      else this.#push(kind, kind === 'string' ? unescaped(text.slice(1, -1)) : text);
      if (kind === 'mark') this.#bracket(text);
      return;
    }
    const found = JSON.stringify(this.#code.slice(this.#at, this.#at + 12));
    throw codeCorrupt(this.#file, this.#line, found, 'code of torch');
  }

  #number(text: string): void {
    if (text.endsWith('j'))
      throw codeCorrupt(this.#file, this.#line, `the complex number ${text.slice(0, 40)}`, 'real ones');
    this.#push(/^[\d_]+$/.test(text) ? 'int' : 'float', text);
  }

  #bracket(mark: string): void {
    if ('([{'.includes(mark)) this.#open += 1;
    if (')]}'.includes(mark)) this.#open = Math.max(0, this.#open - 1);
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
};

const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replaceAll(
        /\\(?:x([\da-fA-F]{2})|([0-7]{1,3})|(.))/g,
        (_, hex?: string, octal?: string, one = '') =>
          hex !== undefined
            ? String.fromCharCode(Number.parseInt(hex, 16))
            : octal !== undefined
              ? String.fromCharCode(Number.parseInt(octal, 8))
              : (ESCAPES[one] ?? one),
      )
    : text;
