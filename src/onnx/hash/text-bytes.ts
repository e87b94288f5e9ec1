import type { GraphBuilder } from '../builder.ts';
import type { ValueName } from '../graph.ts';
import { Words } from './words.ts';

/** Texts as bytes of UTF-8. */
export interface TextBytes {
  readonly words: Words;
  /** `[N, M]` of uint64: the eight bytes from each place on, the first one lowest; what lies behind a text is zero. */
  readonly from: ValueName;
  /** `[N, 1]`: how many bytes a text has, as words of uint64 and as sizes of int64. */
  readonly length: ValueName;
  readonly size: ValueName;
}

/** Places behind the longest text, so that what reads a whole block of a hash stays inside. */
const SPARE = 72;
const MASK = 0xffff_ffffn;
/** One character of each number of bytes, as RE2 says it. */
const WIDTHS = ['[\\x{0}-\\x{7f}]', '[\\x{80}-\\x{7ff}]', '[\\x{800}-\\x{ffff}]', '[\\x{10000}-\\x{10ffff}]'];

/**
 * The bytes of texts `[N]`. No operator of ONNX gives them. But a text of one character has four bytes at most, and the 32 bits
 * of MurmurHash3 of so short a text lead back to it, for each of its steps can be undone
 * (https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp).
 */
export function utf8Words(builder: GraphBuilder, texts: ValueName): TextBytes {
  const words = new Words(builder);
  // One text more: Tokenizer answers one axis less where there is no row, or no character.
  const some = builder.add('Concat', [texts, builder.strings(['a'], [1])], { axis: 0n });
  const characters = builder.add(
    'Tokenizer',
    [some],
    { separators: [''], mark: 0n, mincharnum: 1n, pad_value: '' },
    'com.microsoft',
  );
  const isWidth = WIDTHS.map((pattern) =>
    words.cast(builder.add('RegexFullMatch', [characters], { pattern }), 'int64'),
  );
  const width = isWidth
    .map((flags, i) => builder.add('Mul', [flags, builder.int64([i + 1], [])]))
    .reduce((sum, part) => builder.add('Add', [sum, part]));
  const codes = codesOf(words, characters, width, isWidth[3] ?? '');
  const { bytes, length } = laidOut(builder, words, codes, { width, texts: some });
  const own = (x: ValueName): ValueName =>
    builder.add('Slice', [x, builder.int64([0], [1]), builder.int64([-1], [1]), builder.int64([0], [1])]);
  const size = own(length);
  return { words, from: own(slidingWords(words, bytes)), length: words.cast(size, 'uint64'), size };
}

/** The bytes of each character as one number, the first one lowest. */
function codesOf(words: Words, characters: ValueName, width: ValueName, isFour: ValueName): ValueName {
  const { builder } = words;
  const low = (x: ValueName): ValueName => words.and(x, words.word(MASK));
  const divided = (x: ValueName, factor: bigint): ValueName =>
    low(words.product(x, words.word(inverse(factor))));
  const hash = builder.add('MurmurHash3', [characters], { seed: 0n, positive: 1n }, 'com.microsoft');
  let h = words.cast(hash, 'uint64');
  h = words.xor(h, words.right(h, 16));
  h = divided(h, 0xc2b2_ae35n);
  h = words.xor(h, words.right(h, 13), words.right(h, 26));
  h = divided(h, 0x85eb_ca6bn);
  h = words.xor(h, words.right(h, 16), words.cast(width, 'uint64'));
  // Four bytes are a block, fewer are a tail.
  const block = divided(low(words.sum(h, words.word(-0xe654_6b64n))), 5n);
  h = words.where(builder.add('Cast', [isFour], { to: 9n }), words.rotatedRight(block, 13, 32), h);
  return divided(words.rotatedRight(divided(h, 0x1b87_3593n), 15, 32), 0xcc9e_2d51n);
}

/** The number whose product with `factor` is 1 in 32 bits: each turn doubles the bits that are right (Newton). */
function inverse(factor: bigint): bigint {
  let x = factor;
  for (let i = 0; i < 5; i += 1) x = (x * (2n - factor * x)) & MASK;
  return x & MASK;
}

/** Bytes one behind the other, in rows with spare places; the last of them takes what belongs nowhere. */
function laidOut(
  builder: GraphBuilder,
  words: Words,
  codes: ValueName,
  { width, texts }: { width: ValueName; texts: ValueName },
): { readonly bytes: ValueName; readonly length: ValueName } {
  const one = builder.int64([1], [1]);
  const ends = builder.add('CumSum', [width, builder.int64([1], [])]);
  const starts = builder.add('Sub', [ends, width]);
  const length = builder.add('ReduceSum', [width, one], { keepdims: 1n });
  const rows = builder.add('Shape', [texts]);
  const places = builder.add('Add', [
    builder.add('Mul', [builder.add('Shape', [width], { start: 1n }), builder.int64([4], [1])]),
    builder.int64([SPARE], [1]),
  ]);
  const empty = builder.add('ConstantOfShape', [builder.add('Concat', [rows, places], { axis: 0n })], {
    value: { dtype: 'uint64', shape: [1], data: BigUint64Array.of(0n) },
  });
  const last = builder.add('Sub', [places, one]);
  let bytes = empty;
  for (let i = 0; i < 4; i += 1) {
    const at = builder.add('Where', [
      builder.add('Greater', [width, builder.int64([i], [])]),
      builder.add('Add', [starts, builder.int64([i], [])]),
      last,
    ]);
    const byte = words.and(words.right(codes, 8 * i), words.word(0xffn));
    bytes = builder.add('ScatterElements', [bytes, at, byte], { axis: 1n });
  }
  return { bytes: builder.add('Slice', [bytes, builder.int64([0], [1]), last, one]), length };
}

function slidingWords(words: Words, bytes: ValueName): ValueName {
  const { builder } = words;
  const one = builder.int64([1], [1]);
  const parts = Array.from({ length: 8 }, (_, i) => {
    // All parts are as long as the last one.
    const end = i === 7 ? 2n ** 62n : BigInt(i - 7);
    const stop = builder.constant({ dtype: 'int64', shape: [1], data: BigInt64Array.of(end) });
    return words.left(builder.add('Slice', [bytes, builder.int64([i], [1]), stop, one]), 8 * i);
  });
  return words.sum(...parts);
}

/** Blocks that one text may have; a longer one fails, so that a caller cannot make a graph go round without end. */
const MOST_BLOCKS = 2 ** 16;

/** How often a loop over blocks turns: as many as the longest text has. No rows have none. */
export function mostBlocks(builder: GraphBuilder, blocks: ValueName): ValueName {
  const counts = builder.add('Concat', [blocks, builder.int64([0], [1, 1])], { axis: 0n });
  const most = builder.add('ReduceMax', [counts], { keepdims: 0n });
  const limit = builder.int64([MOST_BLOCKS], []);
  // A list of one number has no second one.
  const isOver = builder.add('Cast', [builder.add('Greater', [most, limit])], { to: 7n });
  const checked = builder.add('Gather', [builder.int64([MOST_BLOCKS], [1]), isOver]);
  return builder.add('Min', [most, checked, limit]);
}
