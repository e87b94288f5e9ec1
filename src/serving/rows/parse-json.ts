import { toError } from '../../core/error-text.ts';
import { InputErrors } from './input-errors.ts';

/**
 * Bare words, and the marks that tell whether they stand inside a string. No repetition: a pattern that takes a whole
 * string at once runs out of stack on a long one.
 */
const MARKS = /"|\\[\s\S]|-?Infinity\b|\bNaN\b/g;
const REPLACED: Readonly<Record<string, string>> = {
  NaN: 'null',
  Infinity: '"Infinity"',
  '-Infinity': '"-Infinity"',
};

/**
 * A JSON body. Bare `NaN` and `Infinity`, which Python writes and JSON does not know, are read as a missing value and
 * as infinities. Throws INPUT_INVALID with the position of the mistake.
 */
export function parseJsonBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return parseLoosely(text, toError(error));
  }
}

function parseLoosely(text: string, first: SyntaxError): unknown {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (plain === text && !/NaN|Infinity/.test(text)) return complain(text, first);
  try {
    return JSON.parse(withoutBareWords(plain));
  } catch {
    return complain(text, first);
  }
}

/** Pieces of a text that are put together at once: a text of nothing but words would make a list as long as itself. */
const PIECES = 4096;

function withoutBareWords(text: string): string {
  const [whole, pieces]: [string[], string[]] = [[], []];
  let [inString, from] = [false, 0];
  MARKS.lastIndex = 0;
  for (let found = MARKS.exec(text); found !== null; found = MARKS.exec(text)) {
    const [mark] = found;
    if (mark === '"') inString = !inString;
    const word = inString ? undefined : REPLACED[mark];
    if (word === undefined) continue;
    pieces.push(text.slice(from, found.index), word);
    from = MARKS.lastIndex;
    if (pieces.length >= PIECES) whole.push(pieces.splice(0).join(''));
  }
  return [...whole, ...pieces, text.slice(from)].join('');
}

function complain(text: string, error: SyntaxError): never {
  const position = /position (\d+)/.exec(error.message)?.[1];
  const [reason] = error.message.split(/, (?:\.\.\.)?"| in JSON at/, 1);
  const msg = `body: expected JSON, got ${text.trim() === '' ? 'nothing' : `text that is none (${reason})`}`;
  const loc = position === undefined ? ['body'] : ['body', Number(position)];
  return new InputErrors().fail(loc, { type: 'json_invalid', msg });
}
