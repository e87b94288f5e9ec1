import { elementAt, valueOfKey } from '../../../../core/element-at.ts';
import { hasKey } from '../../../../core/record.ts';
import { isDigit, isSpace, isWord } from '../unicode.ts';
import { parseClass } from './class.ts';
import { classEscape, literalEscape } from './escape.ts';
import type { PatternFlags } from './flags.ts';
import { type PatternSource, patternSourceOf } from './source.ts';
import type { CharTest, ParsedPattern, PatternNode, RefusePattern } from './syntax.ts';

/** Characters of a pattern, and groups inside one another: far above what token patterns need. */
const PATTERN_LENGTH_LIMIT = 1000;
const NESTING_LIMIT = 50;
const REPEAT_LIMIT = 1000;

interface State {
  readonly source: PatternSource;
  readonly flags: PatternFlags;
  captures: number;
  depth: number;
}

/** Reads a Python `re` pattern. Refuses what is no pattern and what is not supported. */
export function parsePattern(pattern: string, refuse: RefusePattern): ParsedPattern {
  if (pattern.length > PATTERN_LENGTH_LIMIT) {
    refuse(`${pattern.length} characters long, at most ${PATTERN_LENGTH_LIMIT} are supported`);
  }
  const source = patternSourceOf(pattern, refuse);
  const flags = parseFlags(source);
  const state: State = { source, flags, captures: 0, depth: 0 };
  const root = parseChoice(state);
  if (!source.done()) source.refuse('an unbalanced parenthesis');
  return { root, captures: state.captures, isWord: flags.word };
}

const ASCII_WORD: CharTest = (p) => p < 0x80 && isWord(p);
const ASCII_SPACE: CharTest = (p) => p === 0x20 || (p >= 0x09 && p <= 0x0d);
const ASCII_DIGIT: CharTest = (p) => p >= 0x30 && p <= 0x39;

/** Global flags in front, as in the default `(?u)\b\w\w+\b`. */
function parseFlags(source: PatternSource): PatternFlags {
  const found = /^\(\?([a-zA-Z]+)\)/.exec(source.rest())?.[1] ?? '';
  if (found !== '') source.skip(found.length + 3);
  for (const flag of found) if (!'uasm'.includes(flag)) source.refuse(`the flag "${flag}"`);
  const ascii = found.includes('a');
  return {
    word: ascii ? ASCII_WORD : isWord,
    digit: ascii ? ASCII_DIGIT : isDigit,
    space: ascii ? ASCII_SPACE : isSpace,
    dotAll: found.includes('s'),
    multiline: found.includes('m'),
  };
}

function parseChoice(state: State): PatternNode {
  if (++state.depth > NESTING_LIMIT) state.source.refuse(`groups nested deeper than ${NESTING_LIMIT}`);
  const options = [parseSequence(state)];
  while (state.source.take('|')) options.push(parseSequence(state));
  state.depth--;
  return options.length === 1 ? elementAt(options, 0) : { kind: 'choice', options };
}

function parseSequence(state: State): PatternNode {
  const { source } = state;
  const items: PatternNode[] = [];
  while (!source.done() && source.peek() !== '|' && source.peek() !== ')') {
    items.push(parseRepeat(state, parseAtom(state)));
  }
  return items.length === 1 ? elementAt(items, 0) : { kind: 'sequence', items };
}

/** A quantifier after an atom; `{` that starts none is a literal, as in Python. */
function parseRepeat({ source }: State, item: PatternNode): PatternNode {
  const bounds = parseBounds(source);
  if (bounds === null) return item;
  if (item.kind === 'anchor') source.refuse('a repeated position');
  const greedy = !source.take('?');
  if (source.peek() === '+') source.refuse('a possessive quantifier');
  if (source.peek() === '*' || source.peek() === '?' || parseBounds(source) !== null)
    source.refuse('a repeated quantifier');
  return { kind: 'repeat', item, min: bounds[0], max: bounds[1], greedy };
}

function parseBounds(source: PatternSource): readonly [number, number] | null {
  if (source.take('*')) return [0, Infinity];
  if (source.take('+')) return [1, Infinity];
  if (source.take('?')) return [0, 1];
  const braces = /^\{(\d*)(,?)(\d*)\}/.exec(source.rest());
  if (braces === null || braces[0] === '{}') return null;
  const [whole, low, comma, high] = braces;
  source.skip(whole.length);
  const min = low === '' ? 0 : Number(low);
  const max = comma === '' ? min : high === '' ? Infinity : Number(high);
  if (min > max) source.refuse('a repeat count whose minimum is above its maximum');
  if (min > REPEAT_LIMIT || (max !== Infinity && max > REPEAT_LIMIT))
    source.refuse(`a repeat count above ${REPEAT_LIMIT}`);
  return [min, max];
}

function parseAtom(state: State): PatternNode {
  const { source, flags } = state;
  const char = source.next();
  if (char === '(') return parseGroup(state);
  if (char === '[') return { kind: 'set', test: parseClass(source, flags) };
  if (char === '.') return { kind: 'set', test: flags.dotAll ? () => true : (point) => point !== 0x0a };
  if (char === '^') return { kind: 'anchor', anchor: flags.multiline ? 'line-start' : 'text-start' };
  if (char === '$') return { kind: 'anchor', anchor: flags.multiline ? 'line-end' : 'last-line-end' };
  if (char === '\\') return parseEscape(state);
  if (char === '*' || char === '+' || char === '?') return source.refuse('a quantifier of nothing');
  return literal(char.codePointAt(0)!);
}

const literal = (point: number): PatternNode => ({ kind: 'set', test: (other) => other === point });

const ANCHORS = { A: 'text-start', Z: 'text-end', z: 'text-end', b: 'boundary', B: 'inside' } as const;

function parseEscape({ source, flags }: State): PatternNode {
  const char = source.next();
  if (hasKey(ANCHORS, char)) return { kind: 'anchor', anchor: ANCHORS[char] };
  const test = classEscape(char, flags);
  return test === null ? literal(literalEscape(source, char)) : { kind: 'set', test };
}

const LOOKS: Readonly<Record<string, { readonly ahead: boolean; readonly negative: boolean }>> = {
  '?=': { ahead: true, negative: false },
  '?!': { ahead: true, negative: true },
  '?<=': { ahead: false, negative: false },
  '?<!': { ahead: false, negative: true },
};

function parseGroup(state: State): PatternNode {
  const { source } = state;
  const look = /^\?<?[=!]/.exec(source.rest())?.[0];
  if (look !== undefined) {
    source.skip(look.length);
    return { kind: 'look', item: parseBody(state), ...valueOfKey(LOOKS, look) };
  }
  if (source.rest().startsWith('?:')) {
    source.skip(2);
    return parseBody(state);
  }
  const name = /^\?P<[^>]*>/.exec(source.rest())?.[0];
  if (name !== undefined) source.skip(name.length);
  else if (source.peek() === '?') source.refuse('a group extension');
  state.captures++;
  return { kind: 'capture', item: parseBody(state) };
}

function parseBody(state: State): PatternNode {
  const item = parseChoice(state);
  if (!state.source.take(')')) state.source.refuse('a group that is not closed');
  return item;
}
