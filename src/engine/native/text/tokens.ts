import { PlimsollError } from '../../../core/errors.ts';
import { findAll, visitedBits } from './pattern/match.ts';
import { parsePattern } from './pattern/parse.ts';
import { compilePattern } from './pattern/program.ts';
import type { RefusePattern } from './pattern/syntax.ts';
import { isWord } from './unicode.ts';

/** `re.compile(token_pattern).findall(text)`. */
export type TokenizeText = (text: string) => readonly string[];

/** Runs of word characters, whose boundaries follow from being runs: the default pattern and its kin. */
const RUNS = /^(?:\(\?u\))?(\\b)?(?:(\\w)?\\w\+|\\w\{(\d{1,3}),\})\1$/;

/** Bits of a document's visited table, each asked once (4 MiB, about two seconds): a longer text is refused. */
const VISITED_BITS_LIMIT = 2 ** 25;

/** Makes a tokenizer ready; refuses a pattern that is not supported. */
export function prepareTokenizer(pattern: string, refuse: RefusePattern): TokenizeText {
  const runs = RUNS.exec(pattern);
  if (runs !== null)
    return scanRuns(runs[3] === undefined ? (runs[2] === undefined ? 1 : 2) : Math.max(1, Number(runs[3])));
  const parsed = parsePattern(pattern, refuse);
  const program = compilePattern(parsed, refuse);
  return (text) => {
    const document = pointsOf(text);
    if (visitedBits(program, document.points.length) > VISITED_BITS_LIMIT) {
      const problem = `a text of ${document.points.length} characters is too long for the token pattern ${pattern}`;
      throw new PlimsollError('INPUT_INVALID', { problem });
    }
    const spans = findAll(program, document.points, parsed.captures === 1);
    return spans.map(({ start, end }) => text.slice(document.offsets[start], document.offsets[end]));
  };
}

/** Maximal runs of at least `shortest` word characters, in code points. */
function scanRuns(shortest: number): TokenizeText {
  return (text) => {
    const tokens: string[] = [];
    let start = 0;
    let length = 0;
    for (let at = 0; at < text.length; ) {
      const point = text.codePointAt(at)!;
      if (isWord(point)) {
        if (length === 0) start = at;
        length++;
      } else {
        if (length >= shortest) tokens.push(text.slice(start, at));
        length = 0;
      }
      at += point > 0xffff ? 2 : 1;
    }
    if (length >= shortest) tokens.push(text.slice(start));
    return tokens;
  };
}

interface Points {
  readonly points: Int32Array;
  /** UTF-16 offset of each code point and, last, of the end. */
  readonly offsets: Int32Array;
}

function pointsOf(text: string): Points {
  const points = new Int32Array(text.length);
  const offsets = new Int32Array(text.length + 1);
  let count = 0;
  for (let at = 0; at < text.length; count++) {
    const point = text.codePointAt(at)!;
    points[count] = point;
    offsets[count] = at;
    at += point > 0xffff ? 2 : 1;
  }
  offsets[count] = text.length;
  return { points: points.subarray(0, count), offsets };
}
