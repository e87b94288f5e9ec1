import { classEscape, literalEscape } from './escape.ts';
import type { PatternFlags } from './flags.ts';
import type { PatternSource } from './source.ts';
import type { CharTest } from './syntax.ts';

const BACKSPACE = 8;

/** A character class after its `[`: literals, ranges and named sets; a `]` in first place is a literal. */
export function parseClass(source: PatternSource, flags: PatternFlags): CharTest {
  const negative = source.take('^');
  const tests: CharTest[] = [];
  for (let first = true; first || source.peek() !== ']'; first = false) tests.push(parseItem(source, flags));
  source.next();
  return negative
    ? (point) => !tests.some((test) => test(point))
    : (point) => tests.some((test) => test(point));
}

function parseItem(source: PatternSource, flags: PatternFlags): CharTest {
  const low = parseMember(source, flags);
  if (!isRange(source)) return typeof low === 'number' ? (point) => point === low : low;
  source.next();
  const high = parseMember(source, flags);
  if (typeof low !== 'number' || typeof high !== 'number') return source.refuse('a range between sets');
  if (high < low) source.refuse('a range that ends before it starts');
  return (point) => point >= low && point <= high;
}

/** A `-` that is not the last character of the class. */
const isRange = (source: PatternSource): boolean => source.peek() === '-' && !/^-\]/.test(source.rest());

function parseMember(source: PatternSource, flags: PatternFlags): number | CharTest {
  const char = source.next();
  if (char !== '\\') return char.codePointAt(0)!;
  const escaped = source.next();
  if (escaped === 'b') return BACKSPACE;
  return classEscape(escaped, flags) ?? literalEscape(source, escaped);
}
