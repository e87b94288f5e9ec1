/**
 * Pure. Takes blocks of bytes through trees. Part of the kernel, in AssemblyScript. A question is `byte > threshold`.
 * Oblivious trees ask sixteen rows at once, the last level first, and each answer is a bit of the leaf's number.
 */

/** Rows that are asked together. */
const GROUP: usize = 16;
/** Many rows that are asked together. */
const WIDE: usize = 64;
/** A tree: its questions u32, its levels u32, its leaf values u32, a word that is free. */
const TREE: usize = 16;
/** A question: the column u32, its threshold u32. */
const QUESTION: usize = 8;
/** A node: a question, then the node if not and the node if so, u32 each; leaves are numbered from -1 down. */
const NODE: i32 = 16;
/** The numbers of leaves between asking and adding: of four trees and 64 rows, or of sixteen rows byte after byte. */
const SCRATCH: usize = 0;

/** Asks `levels` questions of sixteen rows, the last first; bit k of a byte is the answer to question k. */
function ask(questions: usize, levels: u32, row: usize): v128 {
  let leaf = i8x16.splat(0);
  if ((levels & 1) !== 0) {
    // An answer that is yes is -1.
    leaf = i8x16.neg(answer(questions, row));
    questions += QUESTION;
  }
  for (let left = levels >> 1; left > 0; left--, questions += 2 * QUESTION) {
    leaf = i8x16.sub(i8x16.add(leaf, leaf), answer(questions, row));
    leaf = i8x16.sub(i8x16.add(leaf, leaf), answer(questions + QUESTION, row));
  }
  return leaf;
}

function answer(question: usize, row: usize): v128 {
  return i8x16.gt_s(v128.load(<usize>load<u32>(question) + row), v128.load8_splat(question, 4));
}

/** The values of the leaves whose numbers are two bytes of the scratch. */
function two(leaves: usize, at: usize): v128 {
  const low = v128.load64_zero(leaves + ((<usize>load<u8>(at)) << 3));
  return v128.load64_lane(leaves + ((<usize>load<u8>(at, 1)) << 3), low, 1);
}

/**
 * Adds trees of one dimension and eight levels at most to the scores, in their order. Four trees go through 64 rows
 * together, so that a question is fetched, and a score loaded and stored, once for four.
 */
export function addShallow(first: usize, last: usize, rows: usize, scores: usize): void {
  let row: usize = 0;
  for (; row + WIDE <= rows; row += WIDE) {
    const to = scores + (row << 3);
    let tree = first;
    for (; tree + 4 * TREE <= last; tree += 4 * TREE) addFour(tree, row, to);
    for (; tree < last; tree += TREE) {
      askWide(tree, row, SCRATCH);
      const leaves = <usize>load<u32>(tree, 8);
      for (let at: usize = 0; at < WIDE; at += 2) {
        const score = to + (at << 3);
        v128.store(score, f64x2.add(v128.load(score), two(leaves, SCRATCH + at)));
      }
    }
  }
  for (; row < rows; row += GROUP) addShallowGroup(first, last, row, scores + (row << 3));
}

/** Adds four trees to the scores of 64 rows. */
function addFour(tree: usize, row: usize, scores: usize): void {
  askWide(tree, row, SCRATCH);
  askWide(tree + TREE, row, SCRATCH + WIDE);
  askWide(tree + 2 * TREE, row, SCRATCH + 2 * WIDE);
  askWide(tree + 3 * TREE, row, SCRATCH + 3 * WIDE);
  const a = <usize>load<u32>(tree, 8);
  const b = <usize>load<u32>(tree + TREE, 8);
  const c = <usize>load<u32>(tree + 2 * TREE, 8);
  const d = <usize>load<u32>(tree + 3 * TREE, 8);
  for (let at: usize = 0; at < WIDE; at += 2) {
    const score = scores + (at << 3);
    const first = f64x2.add(v128.load(score), two(a, SCRATCH + at));
    const second = f64x2.add(first, two(b, SCRATCH + WIDE + at));
    const third = f64x2.add(second, two(c, SCRATCH + 2 * WIDE + at));
    v128.store(score, f64x2.add(third, two(d, SCRATCH + 3 * WIDE + at)));
  }
}

/** Asks the questions of a tree of 64 rows, as `ask` does of sixteen, and writes the bytes of their leaves. */
function askWide(tree: usize, row: usize, to: usize): void {
  let a = i8x16.splat(0);
  let b = i8x16.splat(0);
  let c = i8x16.splat(0);
  let d = i8x16.splat(0);
  let question = <usize>load<u32>(tree);
  for (let left = load<u32>(tree, 4); left > 0; left--, question += QUESTION) {
    const column = <usize>load<u32>(question) + row;
    const threshold = v128.load8_splat(question, 4);
    a = i8x16.sub(i8x16.add(a, a), i8x16.gt_s(v128.load(column), threshold));
    b = i8x16.sub(i8x16.add(b, b), i8x16.gt_s(v128.load(column, 16), threshold));
    c = i8x16.sub(i8x16.add(c, c), i8x16.gt_s(v128.load(column, 32), threshold));
    d = i8x16.sub(i8x16.add(d, d), i8x16.gt_s(v128.load(column, 48), threshold));
  }
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
}

/** Adds trees to the scores of one group, which stay in registers. */
function addShallowGroup(first: usize, last: usize, row: usize, scores: usize): void {
  let a = v128.load(scores);
  let b = v128.load(scores, 16);
  let c = v128.load(scores, 32);
  let d = v128.load(scores, 48);
  let e = v128.load(scores, 64);
  let f = v128.load(scores, 80);
  let g = v128.load(scores, 96);
  let h = v128.load(scores, 112);
  for (let tree = first; tree < last; tree += TREE) {
    v128.store(SCRATCH, ask(<usize>load<u32>(tree), load<u32>(tree, 4), row));
    const leaves = <usize>load<u32>(tree, 8);
    a = f64x2.add(a, two(leaves, SCRATCH));
    b = f64x2.add(b, two(leaves, SCRATCH + 2));
    c = f64x2.add(c, two(leaves, SCRATCH + 4));
    d = f64x2.add(d, two(leaves, SCRATCH + 6));
    e = f64x2.add(e, two(leaves, SCRATCH + 8));
    f = f64x2.add(f, two(leaves, SCRATCH + 10));
    g = f64x2.add(g, two(leaves, SCRATCH + 12));
    h = f64x2.add(h, two(leaves, SCRATCH + 14));
  }
  v128.store(scores, a);
  v128.store(scores, b, 16);
  v128.store(scores, c, 32);
  v128.store(scores, d, 48);
  v128.store(scores, e, 64);
  v128.store(scores, f, 80);
  v128.store(scores, g, 96);
  v128.store(scores, h, 112);
}

/**
 * Adds oblivious trees of up to 24 levels and any number of dimensions. Their questions are in runs of eight levels, the
 * first run first.
 */
export function addOblivious(first: usize, last: usize, rows: usize, scores: usize, dimensions: u32): void {
  const rowBytes = (<usize>dimensions) << 3;
  let row: usize = 0;
  for (; row + WIDE <= rows; row += WIDE)
    for (let tree = first; tree < last; tree += TREE)
      if (load<u32>(tree, 4) <= 8) {
        askWide(tree, row, SCRATCH);
        addLeaves(<usize>load<u32>(tree, 8), WIDE, scores + row * rowBytes, rowBytes);
      } else
        for (let group = row; group < row + WIDE; group += GROUP) addGroup(tree, group, scores, rowBytes);
  for (; row < rows; row += GROUP)
    for (let tree = first; tree < last; tree += TREE) addGroup(tree, row, scores, rowBytes);
}

/** Adds the leaves whose numbers are in bytes of the scratch to the scores of as many rows. */
function addLeaves(leaves: usize, rows: usize, scores: usize, rowBytes: usize): void {
  for (let at: usize = 0; at < rows; at++, scores += rowBytes)
    addLeaf(leaves + <usize>load<u8>(SCRATCH + at) * rowBytes, scores, rowBytes);
}

/** Adds one tree to the scores of one group of rows. */
function addGroup(tree: usize, row: usize, scores: usize, rowBytes: usize): void {
  let questions = <usize>load<u32>(tree);
  const levels = load<u32>(tree, 4);
  const leaves = <usize>load<u32>(tree, 8);
  let byte: usize = 0;
  for (let level: u32 = 0; level === 0 || level < levels; level += 8, byte += GROUP) {
    v128.store(SCRATCH + byte, ask(questions, min<u32>(levels - level, 8), row));
    questions += 8 * QUESTION;
  }
  for (let at: usize = 0; at < GROUP; at++) {
    let leaf = <u32>load<u8>(SCRATCH + at);
    if (levels > 8) leaf |= (<u32>load<u8>(SCRATCH + at, 16)) << 8;
    if (levels > 16) leaf |= (<u32>load<u8>(SCRATCH + at, 32)) << 16;
    addLeaf(leaves + <usize>leaf * rowBytes, scores + (row + at) * rowBytes, rowBytes);
  }
}

/** Adds trees of nodes; `tree` holds the root of each, as a number, in the place of its questions. */
export function addNodes(
  first: usize,
  last: usize,
  rows: usize,
  scores: usize,
  dimensions: u32,
  nodes: usize,
  leaves: usize,
): void {
  const rowBytes = (<usize>dimensions) << 3;
  for (let tree = first; tree < last; tree += TREE) {
    const root = load<i32>(tree);
    for (let row: usize = 0; row < rows; row++) {
      let node = root;
      while (node >= 0) {
        const at = nodes + <usize>(node * NODE);
        const byte = <i32>load<i8>(<usize>load<u32>(at) + row);
        node = byte > load<i32>(at, 4) ? load<i32>(at, 12) : load<i32>(at, 8);
      }
      addLeaf(leaves + <usize>(-1 - node) * rowBytes, scores + row * rowBytes, rowBytes);
    }
  }
}

function addLeaf(leaf: usize, score: usize, rowBytes: usize): void {
  let at: usize = 0;
  for (; at + 16 <= rowBytes; at += 16)
    v128.store(score + at, f64x2.add(v128.load(score + at), v128.load(leaf + at)));
  if (at < rowBytes) store<f64>(score + at, load<f64>(score + at) + load<f64>(leaf + at));
}
