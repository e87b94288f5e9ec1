import type { CharTest } from './syntax.ts';

/** The character sets that `\w`, `\d` and `\s` name, and what `.`, `^` and `$` mean, under the pattern's flags. */
export interface PatternFlags {
  readonly word: CharTest;
  readonly digit: CharTest;
  readonly space: CharTest;
  readonly dotAll: boolean;
  readonly multiline: boolean;
}
