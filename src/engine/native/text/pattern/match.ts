import { assertNever } from '../../../../core/errors.ts';
import type { PatternProgram } from './program.ts';
import type { PositionAnchor } from './syntax.ts';

/** A found token: code point positions of its start and end. */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Every match of a program from left to right, as Python's `findall`: the whole match, or the one group's text.
 * A backtracking machine that never asks the same split at the same place twice, so its time is linear in
 * text times program (RE2's BitState). A failed state fails for every later start too; a state on the path of a
 * match lies before its end, where no later match starts, because no match is empty.
 */
export function findAll(program: PatternProgram, text: Int32Array, captures: boolean): readonly TokenSpan[] {
  const machine = createMachine(program, text, 0, text.length);
  const spans: TokenSpan[] = [];
  for (let start = 0; start < text.length; ) {
    const end = machine.run(start);
    if (end < 0) {
      start++;
      continue;
    }
    spans.push(captures ? machine.captured() : { start, end });
    start = end;
  }
  return spans;
}

/** Bits of the visited table of a document: bounds memory and time of one call. */
export const visitedBits = (program: PatternProgram, length: number): number => program.splits * (length + 1);

interface Machine {
  /** End of the match that starts at `start`, or -1. */
  run(start: number): number;
  captured(): TokenSpan;
}

/** A machine over positions `from` to `to` of the text. */
function createMachine(program: PatternProgram, text: Int32Array, from: number, to: number): Machine {
  const { code, splits } = program;
  const visited = new Uint32Array(Math.ceil((splits * (to - from + 1)) / 32));
  const marks: [begin: number, end: number] = [0, 0];
  // Where to go on after a failure: an instruction and a position, or a mark (as ~slot) to restore.
  const stack: number[] = [];

  const firstVisit = (id: number, at: number): boolean => {
    const bit = (at - from) * splits + id;
    const [word, mask] = [bit >>> 5, 1 << (bit & 31)];
    const seen = visited[word]!;
    visited[word] = seen | mask;
    return (seen & mask) === 0;
  };

  const run = (start: number): number => {
    stack.length = 0;
    marks[0] = marks[1] = 0;
    let pc = 0;
    let at = start;
    for (;;) {
      const step = code[pc]!;
      let failed = false;
      switch (step.op) {
        case 'char':
          failed = at >= text.length || !step.test(text[at]!);
          at++;
          pc++;
          break;
        case 'split':
          failed = !firstVisit(step.id, at);
          if (!failed) stack.push(step.second, at);
          pc = step.first;
          break;
        case 'jump':
          pc = step.to;
          break;
        case 'mark':
          stack.push(~step.slot, marks[step.slot]);
          marks[step.slot] = at;
          pc++;
          break;
        case 'anchor':
          failed = !holds(step.anchor, program, text, at);
          pc++;
          break;
        case 'look':
          failed = looksLike(step.program, text, at - step.behind) === step.negative;
          pc++;
          break;
        case 'match':
          return at;
        default:
          assertNever(step);
      }
      while (failed) {
        const value = stack.pop();
        const target = stack.pop();
        if (value === undefined || target === undefined) return -1;
        if (target < 0) {
          marks[~target] = value;
        } else {
          pc = target;
          at = value;
          failed = false;
        }
      }
    }
  };
  return { run, captured: () => ({ start: marks[0], end: Math.max(...marks) }) };
}

/** Whether a bounded program matches at `at`. */
function looksLike(program: PatternProgram, text: Int32Array, at: number): boolean {
  return at >= 0 && createMachine(program, text, at, at + program.maxWidth).run(at) >= 0;
}

const NEWLINE = 0x0a;

function holds(anchor: PositionAnchor, { isWord }: PatternProgram, text: Int32Array, at: number): boolean {
  const end = text.length;
  switch (anchor) {
    case 'text-start':
      return at === 0;
    case 'line-start':
      return at === 0 || text[at - 1] === NEWLINE;
    case 'text-end':
      return at === end;
    case 'last-line-end':
      return at === end || (at === end - 1 && text[at] === NEWLINE);
    case 'line-end':
      return at === end || text[at] === NEWLINE;
    default: {
      const isWordAt = (place: number): boolean => place >= 0 && place < end && isWord(text[place]!);
      return (isWordAt(at - 1) !== isWordAt(at)) === (anchor === 'boundary');
    }
  }
}
