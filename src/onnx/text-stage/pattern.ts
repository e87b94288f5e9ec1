/**
 * Patterns of RE2 as regular expressions of JavaScript, as far as both match alike and in bounded time: classes, literals, groups
 * and alternatives, where only single characters repeat, and where after at most one of those that repeat without end something
 * follows (https://github.com/google/re2/wiki/Syntax).
 */
export interface TextPattern {
  readonly expression: RegExp;
  /** Characters of a text at most: where matching takes the square of them. */
  readonly maxLength: number;
}

/** Where matching takes time in proportion to a text. */
const LINEAR_MAX = 4_000_000;
/** Where it takes the square: 10⁸ steps. */
const SQUARE_MAX = 10_000;
const MAX_PATTERN = 2000;
const MAX_DEPTH = 8;
const MAX_REPEATS = 1000;

const CLASSES: Readonly<Record<string, string>> = { d: '0-9', w: '0-9A-Za-z_', s: '\\t\\n\\f\\r ' };
const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: '\\t ',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};
const CONTROLS: Readonly<Record<string, string>> = { n: '\\n', r: '\\r', t: '\\t', f: '\\f', v: '\\v' };
const SPECIAL = /[\\^$.*+?()[\]{}|/-]/;

/** @returns null for a pattern that is not read, or that matches the empty text, which both replace differently */
export function textPattern(pattern: string, flags: string): TextPattern | null {
  if (pattern.length > MAX_PATTERN) return null;
  const reader = new PatternReader(pattern);
  const read = reader.alternatives(0);
  if (read === null || !reader.isAtEnd) return null;
  const { source } = read;
  try {
    const expression = new RegExp(source, `u${flags}`);
    if (flags.includes('g') && new RegExp(source, 'u').test('')) return null;
    return { expression, maxLength: reader.isSquare ? SQUARE_MAX : LINEAR_MAX };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

interface PatternPart {
  readonly source: string;
  /** Whether something in it repeats without end. */
  readonly isEndless: boolean;
}

interface PatternItem extends PatternPart {
  /** Whether it is a character, which may repeat. */
  readonly repeats: boolean;
}

const NOT_REPEATED: PatternPart = { source: '', isEndless: false };

class PatternReader {
  readonly #characters: readonly string[];
  #at = 0;
  /** Whether something follows what repeats without end. */
  isSquare = false;

  constructor(pattern: string) {
    this.#characters = [...pattern];
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#characters.length;
  }

  #peek(): string {
    return this.#characters[this.#at] ?? '';
  }

  #take(): string {
    const taken = this.#peek();
    this.#at += 1;
    return taken;
  }

  alternatives(depth: number): PatternPart | null {
    if (depth > MAX_DEPTH) return null;
    const parts: PatternPart[] = [];
    do {
      const part = this.#sequence(depth);
      if (part === null) return null;
      parts.push(part);
    } while (this.#peek() === '|' && this.#take() !== '');
    return {
      source: parts.map(({ source }) => source).join('|'),
      isEndless: parts.some(({ isEndless }) => isEndless),
    };
  }

  #sequence(depth: number): PatternPart | null {
    let source = '';
    let endless = 0;
    while (!this.isAtEnd && this.#peek() !== '|' && this.#peek() !== ')') {
      if (endless > 1) return null;
      if (endless > 0) this.isSquare = true;
      const item = this.#item(depth);
      const many = item === null || !item.repeats ? NOT_REPEATED : this.#repeat();
      if (item === null || many === null) return null;
      source += item.source + many.source;
      if (item.isEndless || many.isEndless) endless += 1;
    }
    return { source, isEndless: endless > 0 };
  }

  /** What may follow a single character. */
  #repeat(): PatternPart | null {
    const mark = this.#peek();
    if (mark === '*' || mark === '+' || mark === '?') {
      this.#at += 1;
      const lazy = this.#peek() === '?' ? this.#take() : '';
      return /[*+?]/.test(this.#peek()) && this.#peek() !== ''
        ? null
        : { source: mark + lazy, isEndless: mark !== '?' };
    }
    if (mark !== '{') return { source: '', isEndless: false };
    const rest = this.#characters.slice(this.#at, this.#at + 12).join('');
    const [whole, from = '', , to] = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(rest) ?? [];
    if (whole === undefined || Number(from) > MAX_REPEATS || Number(to ?? 0) > MAX_REPEATS) return null;
    this.#at += whole.length;
    return /[*+?{]/.test(this.#peek()) && this.#peek() !== '' ? null : { source: whole, isEndless: true };
  }

  #item(depth: number): PatternItem | null {
    const mark = this.#take();
    if (mark === '(') {
      const isPlain = this.#peek() === '?';
      if (isPlain && this.#characters.slice(this.#at, this.#at + 2).join('') !== '?:') return null;
      if (isPlain) this.#at += 2;
      const inner = this.alternatives(depth + 1);
      if (inner === null || this.#take() !== ')' || /[*+?{]/.test(this.#peek())) return null;
      return {
        source: `(${isPlain ? '?:' : ''}${inner.source})`,
        isEndless: inner.isEndless,
        repeats: false,
      };
    }
    if (mark === '[') return single(this.#class());
    if (mark === '.') return single('[^\\n]');
    if (mark === '^' || mark === '$') return /[*+?{]/.test(this.#peek()) ? null : place(mark);
    if (mark === '\\') return this.#escape();
    if (mark === '*' || mark === '+' || mark === '?' || mark === '{') return null;
    return single(literal(mark));
  }

  #escape(): PatternItem | null {
    const mark = this.#take();
    if (mark === 'b' || mark === 'B') return place(`\\${mark}`);
    if (mark === 'A') return place('^');
    if (mark === 'z') return place('$');
    const known = CLASSES[mark];
    if (known !== undefined) return single(`[${known}]`);
    const negated = CLASSES[mark.toLowerCase()];
    if (negated !== undefined) return single(`[^${negated}]`);
    return single(escapedLiteral(mark));
  }

  /** What stands between brackets. */
  #class(): string | null {
    let source = this.#peek() === '^' ? this.#take() : '';
    const start = this.#at;
    while (this.#peek() !== ']' || this.#at === start) {
      if (this.isAtEnd) return null;
      const part = this.#classPart();
      if (part === null) return null;
      source += part;
    }
    this.#at += 1;
    return `[${source}]`;
  }

  #classPart(): string | null {
    const mark = this.#take();
    if (mark === '[' && this.#peek() === ':') {
      const name =
        this.#characters
          .slice(this.#at + 1, this.#at + 10)
          .join('')
          .split(':]')[0] ?? '';
      this.#at += name.length + 3;
      return Object.hasOwn(POSIX, name) ? (POSIX[name] ?? null) : null;
    }
    if (mark === '\\') {
      const escaped = this.#take();
      return CLASSES[escaped] ?? escapedLiteral(escaped);
    }
    // A range, or a dash by itself at either end.
    if (mark === '-') {
      const before = this.#characters[this.#at - 2];
      return this.#peek() === ']' || before === '[' || before === '^' ? '\\-' : '-';
    }
    return literal(mark);
  }
}

const single = (source: string | null): PatternItem | null =>
  source === null ? null : { source, isEndless: false, repeats: true };

/** What matches between characters. */
const place = (source: string): PatternItem => ({ source, isEndless: false, repeats: false });

const literal = (mark: string): string => (SPECIAL.test(mark) ? `\\${mark}` : mark);

/** A mark that loses its meaning by the backslash; letters and digits get one by it. */
function escapedLiteral(mark: string): string | null {
  const control = CONTROLS[mark];
  if (control !== undefined) return control;
  return mark === '' || /[0-9A-Za-z]/.test(mark) ? null : literal(mark);
}

/** What stands for a match: `\0` the whole, `\1` … groups, `\\` a backslash (RE2::Rewrite). @returns null where it says anything else */
export function rewriteOf(rewrite: string): ((groups: readonly string[]) => string) | null {
  const parts: (string | number)[] = [];
  for (let at = 0; at < rewrite.length; at += 1) {
    const mark = rewrite[at] ?? '';
    if (mark !== '\\') {
      parts.push(mark);
      continue;
    }
    at += 1;
    const next = rewrite[at] ?? '';
    if (/\d/.test(next)) parts.push(Number(next));
    else if (next === '\\') parts.push(next);
    else return null;
  }
  return (groups) => parts.map((part) => (typeof part === 'number' ? (groups[part] ?? '') : part)).join('');
}
