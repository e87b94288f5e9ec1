/** What patterns are read, in words. */
export const PLAIN_PATTERNS =
  'characters, classes and repetitions of them, at most two of these without an end, are';

/** Repetitions without an end that a pattern may have. */
const ENDLESS = 2;
/** One piece of a pattern: a character, a class or an anchor, and how often it comes. */
const PIECE =
  /(?:\||\((?:\?:)?(?![*+?{])|\)(?![*+?{]))|(?:\\[dDwWsSbB.\\/$^*+?()[\]{}|-]|\[\^?(?:\\.|[^\\[\]])+\]|[^\\[\](){}*+?|])(\{\d{1,2}(?:,\d{1,2})?\}|\{\d{1,2},\}|[*+?])?/uy;

/**
 * The regular expression that a pattern of PMML spells, or null where it is not plain: groups are not repeated, so that the
 * time of a match stays within a power of the length of the text.
 */
export function plainPattern(pattern: string): RegExp | null {
  if (pattern.length > 200) return null;
  PIECE.lastIndex = 0;
  let endless = 0;
  while (PIECE.lastIndex < pattern.length) {
    const repeated = PIECE.exec(pattern);
    if (repeated === null) return null;
    const [, often] = repeated;
    if (often === '*' || often === '+' || often?.endsWith(',}')) endless++;
  }
  if (endless > ENDLESS) return null;
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return null;
  }
}
