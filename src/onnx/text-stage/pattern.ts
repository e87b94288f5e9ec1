/**
 * Patterns of RE2 as regular expressions of JavaScript, as far as both match alike and in bounded time: classes, literals, groups
 * and alternatives, where only single characters repeat, and where after at most one of those that repeat without end something
 * follows (https://github.com/google/re2/wiki/Syntax).
 */
export interface TextPattern {
  readonly expression: RegExp;
  /** Characters of a text at most: so many that matching takes a second or two in the worst case. */
  readonly maxLength: number;
}

/** Where matching takes time in proportion to a text. */
const LINEAR_MAX = 4_000_000;
/** Where it takes the square: 10⁸ steps. */
const SQUARE_MAX = 10_000;
/** Steps that a pattern may take on one text, where all that it may try is tried at every place. */
const MAX_STEPS = 8e8;
/** Steps at one place: what is tried in vain is multiplied by the ways to come there. */
const MAX_STEPS_AT_PLACE = 100_000;
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
  const { source, steps, isEmpty } = read;
  if (steps > MAX_STEPS_AT_PLACE || (isEmpty && flags.includes('g'))) return null;
  const most = MAX_STEPS / steps;
  const maxLength = reader.isSquare ? Math.min(SQUARE_MAX, Math.sqrt(most)) : Math.min(LINEAR_MAX, most);
  try {
    return { expression: new RegExp(source, `u${flags}`), maxLength: Math.floor(maxLength) };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

interface PatternPart {
  readonly source: string;
  /** Whether something in it repeats without end. */
  readonly isEndless: boolean;
  /** In how many ways it matches at one place, and the characters looked at in all of them: what repeats without end counts once. */
  readonly ways: number;
  readonly steps: number;
  /** Whether no character may be enough for it. */
  readonly isEmpty: boolean;
}

interface PatternItem extends PatternPart {
  /** Whether it is a character, which may repeat. */
  readonly repeats: boolean;
}

const NOT_REPEATED: PatternPart = { source: '', isEndless: false, ways: 1, steps: 1, isEmpty: false };

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
      ways: parts.reduce((sum, { ways }) => sum + ways, 0),
      steps: parts.reduce((sum, { steps }) => sum + steps, 0),
      isEmpty: parts.some(({ isEmpty }) => isEmpty),
    };
  }

  #sequence(depth: number): PatternPart | null {
    let source = '';
    let [endless, ways, steps, isEmpty] = [0, 1, 0, true];
    while (!this.isAtEnd && this.#peek() !== '|' && this.#peek() !== ')') {
      if (endless > 1) return null;
      if (endless > 0) this.isSquare = true;
      const item = this.#item(depth);
      const many = item === null || !item.repeats ? NOT_REPEATED : this.#repeat();
      if (item === null || many === null) return null;
      source += item.source + many.source;
      if (item.isEndless || many.isEndless) endless += 1;
      steps += ways * item.steps * many.steps;
      ways *= item.ways * many.ways;
      isEmpty &&= item.isEmpty || many.isEmpty;
    }
    return { source, isEndless: endless > 0, ways, steps, isEmpty };
  }

  /** What may follow a single character. */
  #repeat(): PatternPart | null {
    const mark = this.#peek();
    if (mark === '*' || mark === '+' || mark === '?') {
      this.#at += 1;
      const lazy = this.#peek() === '?' ? this.#take() : '';
      return /[*+?]/.test(this.#peek())
        ? null
        : {
            source: mark + lazy,
            isEndless: mark !== '?',
            ways: mark === '?' ? 2 : 1,
            steps: 1,
            isEmpty: mark !== '+',
          };
    }
    if (mark !== '{') return NOT_REPEATED;
    const rest = this.#characters.slice(this.#at, this.#at + 12).join('');
    const [whole, from = '', , to = ''] = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(rest) ?? [];
    if (whole === undefined || Number(from) > MAX_REPEATS || Number(to) > MAX_REPEATS) return null;
    this.#at += whole.length;
    if (/[*+?{]/.test(this.#peek())) return null;
    const steps = Math.max(1, Number(from), Number(to));
    return { source: whole, isEndless: true, ways: steps, steps, isEmpty: Number(from) === 0 };
  }

  #item(depth: number): PatternItem | null {
    const mark = this.#take();
    if (mark === '(') {
      const isPlain = this.#peek() === '?';
      if (isPlain && this.#characters.slice(this.#at, this.#at + 2).join('') !== '?:') return null;
      if (isPlain) this.#at += 2;
      const inner = this.alternatives(depth + 1);
      if (inner === null || this.#take() !== ')' || /[*+?{]/.test(this.#peek())) return null;
      return { ...inner, source: `(${isPlain ? '?:' : ''}${inner.source})`, repeats: false };
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

  /** One of the classes that have a name, or characters: one, or from one to another. */
  #classPart(): string | null {
    const named = this.#namedClass();
    if (named !== '') return named;
    const first = this.#classCharacter();
    const isRange = this.#peek() === '-' && (this.#characters[this.#at + 1] ?? ']') !== ']';
    if (first === null || !isRange) return first;
    this.#at += 1;
    const last = this.#classCharacter();
    return last === null ? null : `${first}-${last}`;
  }

  /** @returns '' where none is named, null for one that is not known */
  #namedClass(): string | null {
    const two = this.#characters.slice(this.#at, this.#at + 2).join('');
    if (two === '[:') {
      const [name = ''] = this.#characters
        .slice(this.#at + 2, this.#at + 11)
        .join('')
        .split(':]');
      this.#at += name.length + 4;
      return Object.hasOwn(POSIX, name) ? (POSIX[name] ?? null) : null;
    }
    const known = two.startsWith('\\') ? CLASSES[two.slice(1)] : undefined;
    if (known === undefined) return '';
    this.#at += 2;
    return known;
  }

  #classCharacter(): string | null {
    const mark = this.#take();
    return mark === '\\' ? escapedLiteral(this.#take()) : literal(mark);
  }
}

const single = (source: string | null): PatternItem | null =>
  source === null ? null : { ...NOT_REPEATED, source, repeats: true };

/** What matches between characters. */
const place = (source: string): PatternItem => ({ ...NOT_REPEATED, source, repeats: false, isEmpty: true });

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
  let literal = '';
  for (let at = 0; at < rewrite.length; at += 1) {
    const mark = rewrite[at] ?? '';
    if (mark !== '\\') {
      literal += mark;
      continue;
    }
    at += 1;
    const next = rewrite[at] ?? '';
    if (next === '\\') literal += next;
    else if (/\d/.test(next)) {
      parts.push(literal, Number(next));
      literal = '';
    } else return null;
  }
  parts.push(literal);
  return (groups) => parts.map((part) => (typeof part === 'number' ? (groups[part] ?? '') : part)).join('');
}
