import type { SkewFinding } from '../../examine/skew/finding.ts';
import { styled } from '../output/terminal.ts';

/** Above what other releases make of a file: Plimsoll imports none of them. */
export const LOADED_ELSEWHERE = 'Where Python loads it with other releases';

const MARKS = { breaks: styled('red', '✗'), warns: styled('yellow', '!') } as const;

/** What is told of a file that other releases load, the worst first. */
export const skewLines = (found: readonly SkewFinding[]): readonly string[] =>
  found.flatMap(({ level, where, what, seen }) => [
    `  ${MARKS[level]} ${where}`,
    `    ${what}`,
    styled('dim', `    seen: ${seen}`),
  ]);
