import type { RefusePattern } from './syntax.ts';

/** A pattern being read, code point by code point. */
export interface PatternSource {
  done(): boolean;
  peek(): string | undefined;
  /** The next character; refuses the end. */
  next(): string;
  /** Takes `char` where it comes next. */
  take(char: string): boolean;
  rest(): string;
  skip(units: number): void;
  refuse(what: string): never;
}

export function patternSourceOf(pattern: string, refusePattern: RefusePattern): PatternSource {
  let at = 0;
  const peek = (): string | undefined => {
    const point = pattern.codePointAt(at);
    return point === undefined ? undefined : String.fromCodePoint(point);
  };
  const refuse = (what: string): never =>
    refusePattern(`${JSON.stringify(pattern)} with ${what} before character ${at}`);
  return {
    done: () => at >= pattern.length,
    peek,
    next: () => {
      const char = peek() ?? refuse('an unexpected end');
      at += char.length;
      return char;
    },
    take: (char) => {
      if (peek() !== char) return false;
      at += char.length;
      return true;
    },
    rest: () => pattern.slice(at),
    skip: (units) => {
      at += units;
    },
    refuse,
  };
}
