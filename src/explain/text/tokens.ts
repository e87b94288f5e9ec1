/** Pure. The words of a text, and texts of which some are left out. */

/** A word and where it stands, in UTF-16 units as JavaScript and JSON count them. */
export interface TextToken {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Letters, marks, digits and underscores, and what an apostrophe joins to them. */
const WORD = /[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}\p{N}_]+)*/gu;

export const tokensOf = (text: string): readonly TextToken[] =>
  Array.from(text.matchAll(WORD), ({ 0: word, index }) => ({
    text: word,
    start: index,
    end: index + word.length,
  }));

/**
 * A text with those of its tokens that are kept. What stands after a token goes with it, and what stands before the first with the first, so
 * that no two words grow together and nothing is left where none is kept.
 */
export function keptText(
  text: string,
  tokens: readonly TextToken[],
  isKept: (token: number) => boolean,
): string {
  let kept = '';
  for (const [k, { start }] of tokens.entries()) {
    if (!isKept(k)) continue;
    kept += text.slice(k === 0 ? 0 : start, tokens[k + 1]?.start ?? text.length);
  }
  return kept;
}
