import {
  type CharTest,
  matchWidthOf,
  type ParsedPattern,
  type PatternNode,
  type PositionAnchor,
  type RefusePattern,
} from './syntax.ts';

/** Instructions of one pattern: counted repeats are written out, so their number is bounded. */
const PROGRAM_LIMIT = 2000;
/** Characters a look-around may span: it is asked afresh at every position. */
const LOOK_WIDTH_LIMIT = 64;

export type PatternInstruction =
  | { readonly op: 'char'; readonly test: CharTest }
  /** Tries `first`, then `second`; `id` numbers the splits of a program. */
  | { readonly op: 'split'; first: number; second: number; readonly id: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'mark'; readonly slot: 0 | 1 }
  | { readonly op: 'anchor'; readonly anchor: PositionAnchor }
  | {
      readonly op: 'look';
      readonly program: PatternProgram;
      readonly behind: number;
      readonly negative: boolean;
    }
  | { readonly op: 'match' };

/** A pattern as instructions for a backtracking machine. */
export interface PatternProgram {
  readonly code: readonly PatternInstruction[];
  readonly splits: number;
  readonly isWord: CharTest;
  /** Most characters a match can have. */
  readonly maxWidth: number;
}

interface Writer {
  readonly code: PatternInstruction[];
  readonly isWord: CharTest;
  readonly refuse: RefusePattern;
  splits: number;
}

/** Compiles a pattern; refuses ones that match the empty text, and look-arounds without a bound. */
export function compilePattern(pattern: ParsedPattern, refuse: RefusePattern): PatternProgram {
  if (matchWidthOf(pattern.root)[0] === 0) refuse('a pattern that matches the empty text');
  if (pattern.captures > 1) refuse(`${pattern.captures} capturing groups, at most one is supported`);
  return compileNode(pattern.root, pattern.isWord, refuse);
}

function compileNode(root: PatternNode, isWord: CharTest, refuse: RefusePattern): PatternProgram {
  const writer: Writer = { code: [], isWord, refuse, splits: 0 };
  write(writer, root);
  emit(writer, { op: 'match' });
  return { code: writer.code, splits: writer.splits, isWord, maxWidth: matchWidthOf(root)[1] };
}

function emit(writer: Writer, instruction: PatternInstruction): number {
  if (writer.code.length >= PROGRAM_LIMIT) writer.refuse(`more than ${PROGRAM_LIMIT} instructions`);
  return writer.code.push(instruction) - 1;
}

function write(writer: Writer, node: PatternNode): void {
  switch (node.kind) {
    case 'set':
      emit(writer, { op: 'char', test: node.test });
      return;
    case 'anchor':
      emit(writer, { op: 'anchor', anchor: node.anchor });
      return;
    case 'sequence':
      for (const item of node.items) write(writer, item);
      return;
    case 'choice':
      writeChoice(writer, node.options);
      return;
    case 'repeat':
      writeRepeat(writer, node);
      return;
    case 'capture':
      emit(writer, { op: 'mark', slot: 0 });
      write(writer, node.item);
      emit(writer, { op: 'mark', slot: 1 });
      return;
    case 'look':
      writeLook(writer, node);
      return;
  }
}

function writeChoice(writer: Writer, options: readonly PatternNode[]): void {
  const jumps: { to: number }[] = [];
  options.forEach((option, i) => {
    if (i === options.length - 1) return write(writer, option);
    const split = openSplit(writer);
    split.first = writer.code.length;
    write(writer, option);
    const jump = { op: 'jump' as const, to: 0 };
    emit(writer, jump);
    jumps.push(jump);
    split.second = writer.code.length;
  });
  for (const jump of jumps) jump.to = writer.code.length;
}

function writeRepeat(
  writer: Writer,
  { item, min, max, greedy }: Extract<PatternNode, { kind: 'repeat' }>,
): void {
  // Copies of nothing would not count against the limit on instructions.
  if (matchWidthOf(item)[1] === 0) writer.refuse('a repeat of nothing');
  for (let i = 0; i < min; i++) write(writer, item);
  const leave: ((to: number) => void)[] = [];
  const turn = (): void => {
    const split = openSplit(writer);
    if (greedy) split.first = writer.code.length;
    else split.second = writer.code.length;
    leave.push((to) => {
      if (greedy) split.second = to;
      else split.first = to;
    });
    write(writer, item);
  };
  if (max === Infinity) {
    const start = writer.code.length;
    turn();
    emit(writer, { op: 'jump', to: start });
  } else {
    for (let i = min; i < max; i++) turn();
  }
  for (const to of leave) to(writer.code.length);
}

function openSplit(writer: Writer): Extract<PatternInstruction, { op: 'split' }> {
  const split = { op: 'split' as const, first: 0, second: 0, id: writer.splits++ };
  emit(writer, split);
  return split;
}

function writeLook(writer: Writer, { item, ahead, negative }: Extract<PatternNode, { kind: 'look' }>): void {
  const [min, max] = matchWidthOf(item);
  if (max > LOOK_WIDTH_LIMIT) writer.refuse(`a look-around wider than ${LOOK_WIDTH_LIMIT} characters`);
  if (!ahead && min !== max) writer.refuse('a look-behind of no fixed width');
  const program = compileNode(item, writer.isWord, writer.refuse);
  emit(writer, { op: 'look', program, behind: ahead ? 0 : max, negative });
}
