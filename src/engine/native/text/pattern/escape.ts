import type { PatternFlags } from './flags.ts';
import type { PatternSource } from './source.ts';
import type { CharTest } from './syntax.ts';

const not =
  (test: CharTest): CharTest =>
  (point) =>
    !test(point);

/** The set that `\w`, `\W`, `\d`, … name, or null where the letter names none. */
export function classEscape(char: string, flags: PatternFlags): CharTest | null {
  switch (char) {
    case 'w':
      return flags.word;
    case 'W':
      return not(flags.word);
    case 'd':
      return flags.digit;
    case 'D':
      return not(flags.digit);
    case 's':
      return flags.space;
    case 'S':
      return not(flags.space);
    default:
      return null;
  }
}

const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, a: 7, '0': 0 };
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The code point that an escaped character stands for; refuses back-references and letters Python refuses. */
export function literalEscape(source: PatternSource, char: string): number {
  const digits = HEX_DIGITS[char];
  if (digits !== undefined) {
    const hex = source.rest().slice(0, digits);
    const point = /^[0-9a-fA-F]+$/.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : Infinity;
    if (point > 0x10ffff) source.refuse(`\\${char} without ${digits} hexadecimal digits`);
    source.skip(digits);
    return point;
  }
  if (char === '0' && /^[0-7]/.test(source.rest())) source.refuse('an octal escape');
  const control = CONTROLS[char];
  if (control !== undefined) return control;
  if (/[a-zA-Z0-9]/.test(char)) source.refuse(`the escape \\${char}`);
  return char.codePointAt(0)!;
}
