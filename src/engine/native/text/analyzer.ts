import type { TextAnalysis, TextVectorizerStep } from '../../../model/text.ts';
import { refuseStep } from '../evaluator.ts';
import type { RefusePattern } from './pattern/syntax.ts';
import { prepareTokenizer, type TokenizeText } from './tokens.ts';
import {
  characters,
  splitWords,
  squeezeSpaces,
  stripAccents,
  stripComposedAccents,
  stripToAscii,
} from './unicode.ts';

/** Hands every n-gram of a document to `found`, repeats included. */
export type TextAnalyzer = (text: string, found: (term: string) => void) => void;

/**
 * `CountVectorizer.build_analyzer`: lower case, accents, tokens, stop words, n-grams, in that order.
 * `longest`: code points of the longest term that counts; no longer n-gram is made.
 */
export function prepareAnalyzer(step: TextVectorizerStep, longest: number): TextAnalyzer {
  const refuse: RefusePattern = (problem) =>
    refuseStep(step, 'token_pattern', problem, 'a simpler pattern is');
  const clean = prepareCleaner(step);
  const [low, high] = step.ngramRange;
  if (step.analyzer === 'word') {
    return wordAnalyzer(
      clean,
      prepareTokenizer(step.tokenPattern, refuse),
      new Set(step.stopWords),
      low,
      Math.min(high, longest + 1),
    );
  }
  const top = Math.min(high, longest);
  return step.analyzer === 'char' ? charAnalyzer(clean, low, top) : charWbAnalyzer(clean, low, top);
}

type Cleaner = (text: string) => string;

const same: Cleaner = (text) => text;
const STRIP: Readonly<Record<NonNullable<TextAnalysis['stripAccents']>, Cleaner>> = {
  ascii: stripToAscii,
  unicode: stripAccents,
  'unicode-composed': stripComposedAccents,
};

function prepareCleaner({ lowercase, stripAccents: accents }: TextAnalysis): Cleaner {
  const strip = accents === null ? same : STRIP[accents];
  return lowercase ? (text) => strip(text.toLowerCase()) : strip;
}

function wordAnalyzer(
  clean: Cleaner,
  tokenize: TokenizeText,
  stop: ReadonlySet<string>,
  low: number,
  high: number,
): TextAnalyzer {
  return (text, found) => {
    const every = tokenize(clean(text));
    const tokens = stop.size === 0 ? every : every.filter((token) => !stop.has(token));
    for (let n = low; n <= high && n <= tokens.length; n++) {
      if (n === 1) for (const token of tokens) found(token);
      else for (let i = 0; i + n <= tokens.length; i++) found(tokens.slice(i, i + n).join(' '));
    }
  };
}

/** N-grams of code points of the whole text, after runs of white space became one blank. */
function charAnalyzer(clean: Cleaner, low: number, high: number): TextAnalyzer {
  return (text, found) => {
    const points = characters(squeezeSpaces(clean(text)));
    for (let n = low; n <= high && n <= points.length; n++) {
      for (let i = 0; i + n <= points.length; i++) found(points.slice(i, i + n).join(''));
    }
  };
}

/** N-grams inside words padded by a blank on either side; a word shorter than n counts once, whole. */
function charWbAnalyzer(clean: Cleaner, low: number, high: number): TextAnalyzer {
  return (text, found) => {
    for (const word of splitWords(squeezeSpaces(clean(text)))) {
      const points = [' ', ...characters(word), ' '];
      for (let n = low; n <= high; n++) {
        found(points.slice(0, n).join(''));
        for (let i = 1; i + n <= points.length; i++) found(points.slice(i, i + n).join(''));
        if (n >= points.length) break;
      }
    }
  };
}
