import { elementAt } from '../../../../core/element-at.ts';
import type { TreeEnsembleStep } from '../../../../model/step.ts';
import { isMember } from '../branchy.ts';
import {
  COLUMN_BYTES,
  COLUMN_ENTRY,
  cellBytes,
  type KernelPlan,
  NODE,
  PAIR_ENTRY,
  paddedLevels,
  QUESTION,
  TABLE,
  TREE_ENTRY,
  type TreePlan,
  tableWords,
} from './plan.ts';
import type { ColumnPacking, SplitQuestions } from './questions.ts';
import type { TopQuestion, TopWord } from './top.ts';

/** As `kernel.as.ts` numbers them. */
const PACKINGS: Readonly<Record<ColumnPacking, number>> = {
  left: 0,
  right: 1,
  both: 2,
  unasked: 3,
  'uint8-or-missing': 4,
  uint8: 5,
  int32: 6,
  whole: 7,
  'int32-index': 8,
  'whole-index': 9,
};
/** Added to a packing where zeros are missing. */
const ZERO_MISSING = 16;
/** A leaf's threshold: this NaN and the number of the leaf. */
const LEAF = 0x7fc0_0000;
const CATEGORIES = 256;
/** Exits of two words. */
const PAIR_EXITS = 64;

/** What is written, and the kernel's memory as the numbers it holds. */
interface Image {
  readonly step: TreeEnsembleStep;
  readonly questions: SplitQuestions;
  readonly plan: KernelPlan;
  readonly bytes: Int8Array;
  readonly words: Uint32Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
  /** Addresses of nodes, once they are written. */
  readonly places: Int32Array;
}

/** Writes an ensemble into the memory that was planned for it. */
export function writeImage(
  memory: ArrayBuffer,
  step: TreeEnsembleStep,
  questions: SplitQuestions,
  plan: KernelPlan,
): void {
  const image: Image = {
    step,
    questions,
    plan,
    bytes: new Int8Array(memory),
    words: new Uint32Array(memory),
    singles: new Float32Array(memory),
    doubles: new Float64Array(memory),
    places: new Int32Array(step.arena.left.length),
  };
  writeColumns(image);
  plan.treePlans.forEach((tree, i) => {
    const entry = plan.trees + i * TREE_ENTRY;
    const score = step.target === null ? 0 : cellBytes(step) * step.target[i]!;
    const exits = writeQuestions(image, tree);
    const pairs = [tree.pairs, tree.pairs + PAIR_ENTRY * tree.top.pairs.length];
    image.words.set([...pairs, tree.walked ? 1 : 0, tree.values, score], entry / 4);
    if (tree.walked) writeNodes(image, tree);
    else
      tree.top.exits.forEach((leaf, number) => {
        image.places[leaf] = writeLeaf(image, tree, leaf, number);
      });
    image.words.set(
      tree.top.exits.map((node) => image.places[node]!),
      exits / 4,
    );
  });
}

function writeColumns({ words, doubles, questions, plan }: Image): void {
  questions.columns.forEach(({ source, packing, zeroMissing, levels, indexed }, i) => {
    const table = elementAt(plan.levels, i);
    const length = levels === null ? 0 : paddedLevels(levels);
    if (levels !== null) {
      doubles.fill(Infinity, table / 8, table / 8 + length);
      doubles.set(levels, table / 8);
    }
    const packed = PACKINGS[packing] + (zeroMissing ? ZERO_MISSING : 0);
    const entry = [8 * source, packed, table - 8, indexed ?? 4 * length];
    words.set(entry, (plan.columns.from + i * COLUMN_ENTRY) / 4);
  });
}

/** Where the next question, table of bits and table of words of a tree go. */
interface Places {
  question: number;
  table: number;
  words: number;
}

/** Writes the questions of a tree's top, pair after pair of words; returns where the exits come after them. */
function writeQuestions(image: Image, { top, pairs, questions, tables, words }: TreePlan): number {
  const places = { question: questions, table: tables, words };
  const runs = top.pairs.map(([low, high]) => [
    ...writeWord(image, low, places),
    ...writeWord(image, high, places),
    places.question,
  ]);
  for (const [i, run] of runs.entries()) {
    const exits = places.question + 4 * PAIR_EXITS * i;
    image.words.set([...run, exits], (pairs + PAIR_ENTRY * i) / 4);
  }
  return places.question;
}

/** Writes the questions of a word; returns where each run of them starts: numeric, categorical, lookups. */
function writeWord(image: Image, word: TopWord, places: Places): readonly number[] {
  const numeric = places.question;
  for (const { node, under } of word.numeric) {
    image.singles[places.question / 4] = image.questions.threshold[node]!;
    writeColumnAndExits(image, places.question, node, under);
    places.question += QUESTION;
  }
  const categorical = places.question;
  for (const { node, under } of word.categorical) {
    writeTable(image, places.table, node);
    image.words[places.question / 4] = places.table;
    writeColumnAndExits(image, places.question, node, under);
    places.table += TABLE;
    places.question += QUESTION;
  }
  const lookups = places.question;
  for (const asked of word.lookups) {
    image.words[places.question / 4] = places.words;
    writeColumnAndExits(image, places.question, elementAt(asked, 0).node, 0);
    places.words += 4 * writeWords(image, places.words, asked);
    places.question += QUESTION;
  }
  return [numeric, categorical, lookups];
}

function writeColumnAndExits(
  { words, questions }: Image,
  address: number,
  node: number,
  exits: number,
): void {
  words[address / 4 + 1] = COLUMN_BYTES * questions.column[node]!;
  words[address / 4 + 2] = exits;
}

/** Writes which categories go to the first child, and whether what is none does. */
function writeTable({ bytes, step: { arena } }: Image, address: number, node: number): void {
  for (let category = 0; category < CATEGORIES; category++)
    if (isMember(arena, node, category)) bytes[address + (category >> 3)]! |= 1 << (category & 7);
  bytes.fill(arena.missingLeft[node] === 1 ? -1 : 0, address + CATEGORIES / 8, address + TABLE);
}

/**
 * Writes the exits that questions of one indexed column rule out for each category, for one without an index, and for a
 * missing one; returns how many words that took.
 */
function writeWords(
  { words, questions, step: { arena } }: Image,
  address: number,
  asked: readonly TopQuestion[],
): number {
  const source = arena.feature[elementAt(asked, 0).node]!;
  const column = questions.columns.find((one) => one.source === source && one.indexed !== null);
  const indexed = column?.indexed ?? 0;
  const table = words.subarray(address / 4, address / 4 + tableWords(indexed));
  for (const { node, under } of asked) {
    for (let category = 0; category <= indexed; category++)
      if (!isMember(arena, node, category)) table[category]! |= under;
    if (arena.missingLeft[node] !== 1) table[indexed + 1]! |= under;
  }
  return table.length;
}

/** Writes the values of a tree's leaf, which gets this number; returns their address. */
function writeLeaf({ singles, doubles, step }: Image, tree: TreePlan, leaf: number, number: number): number {
  const { values, valueWidth } = step.arena;
  const cell = cellBytes(step);
  const address = tree.values + cell * valueWidth * number;
  const cells = cell === 4 ? singles : doubles;
  cells.set(values.subarray(leaf * valueWidth, (leaf + 1) * valueWidth), address / cell);
  return address;
}

/**
 * Writes the nodes below the exits, children side by side, and notes their addresses. The child with more leaves comes
 * next in memory, so that the likelier way stays in the same line of the cache.
 */
function writeNodes(image: Image, tree: TreePlan): void {
  const { words, singles, places, questions } = image;
  const { leaves } = image.plan;
  const { left, right } = image.step.arena;
  let next = tree.nodes;
  let number = 0;
  for (const exit of tree.top.exits) {
    places[exit] = next;
    next += NODE;
    const open = [exit];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const at = places[node]! / 4;
      const a = left[node]!;
      const b = right[node]!;
      if (a < 0) {
        words[at] = LEAF | number;
        words[at + 1] = places[node]!;
        writeLeaf(image, tree, node, number++);
        continue;
      }
      singles[at] = questions.threshold[node]!;
      words[at + 1] = next;
      words[at + 2] = COLUMN_BYTES * questions.column[node]!;
      places[a] = next;
      places[b] = next + NODE;
      next += 2 * NODE;
      if (leaves[a]! > leaves[b]!) open.push(b, a);
      else open.push(a, b);
    }
  }
}
