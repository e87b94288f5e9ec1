import type { GraphBuilder } from '../builder.ts';
import type { ValueName } from '../graph.ts';
import { mostBlocks, type TextBytes, utf8Words } from './text-bytes.ts';
import { Words } from './words.ts';

const K0 = 0xc3a5_c85c_97cb_3127n;
const K1 = 0xb492_b66f_be98_f273n;
const K2 = 0x9ae1_6a3b_2f90_404fn;
const BLOCK = 64;

/** A word of the text, by its place from the front, or from the end where it is negative. */
type WordAt = (place: number) => ValueName;

interface Pair {
  readonly first: ValueName;
  readonly second: ValueName;
}

/**
 * Fingerprint64 of FarmHash, of texts `[N]`: uint64 `[N]` (farmhashna::Hash64,
 * https://github.com/google/farmhash/blob/master/src/farmhash.cc). It is what TensorFlow calls `Fingerprint64` and
 * `StringToHashBucketFast` hashes with.
 */
export function farmFingerprint64(builder: GraphBuilder, texts: ValueName): ValueName {
  const bytes = utf8Words(builder, texts);
  const { words, length, size } = bytes;
  const atMost = (most: bigint): ValueName =>
    builder.add('LessOrEqual', [size, builder.int64([Number(most)], [])]);
  const wordAt = wordsFrom(bytes, null);
  const mul = words.sum(words.word(K2), words.left(length, 1));
  const tiny = words.where(atMost(0n), words.word(K2), upTo3(bytes));
  const short = words.where(atMost(3n), tiny, upTo7(words, wordAt, length, mul));
  const upTo16 = words.where(atMost(7n), short, upTo16Bytes(words, wordAt, mul));
  const upTo32 = words.where(atMost(16n), upTo16, upTo32Bytes(words, wordAt, mul));
  const upTo64 = words.where(atMost(32n), upTo32, upTo64Bytes(words, wordAt, mul));
  const hash = words.where(atMost(64n), upTo64, longer(bytes, wordAt));
  return builder.add('Squeeze', [hash, builder.int64([1], [1])]);
}

/**
 * Two fingerprints made one, as TensorFlow crosses features (FingerprintCat64 of
 * https://github.com/openxla/xla/blob/main/xla/tsl/platform/fingerprint.h).
 */
export function joinedFingerprints(builder: GraphBuilder, first: ValueName, second: ValueName): ValueName {
  const words = new Words(builder);
  const mul = words.word(0xc6a4_a793_5bd1_e995n);
  const own = words.product(shiftMix(words, words.product(second, mul)), mul);
  const joined = words.product(words.xor(first, mul, own), mul);
  return shiftMix(words, words.product(shiftMix(words, joined), mul));
}

const shiftMix = (words: Words, x: ValueName): ValueName => words.xor(x, words.right(x, 47));

function hash16(words: Words, u: ValueName, v: ValueName, mul: ValueName): ValueName {
  const a = shiftMix(words, words.product(words.xor(u, v), mul));
  const b = shiftMix(words, words.product(words.xor(v, a), mul));
  return words.product(b, mul);
}

/** Words at places of the text, or behind `start`. Where a text is too short for a place, another word is read, and not used. */
function wordsFrom({ words, from, size }: TextBytes, start: ValueName | null): WordAt {
  const { builder } = words;
  const known = new Map<number, ValueName>();
  const front = start ?? builder.add('Sub', [size, size]);
  const offset = (place: number): ValueName => {
    const base = start === null && place < 0 ? size : front;
    const at = builder.add('Add', [base, builder.int64([place], [])]);
    return start === null && place >= 0 ? at : builder.add('Max', [at, builder.int64([0], [])]);
  };
  return (place) => {
    const found = known.get(place) ?? builder.add('GatherElements', [from, offset(place)], { axis: 1n });
    known.set(place, found);
    return found;
  };
}

const low32 = (words: Words, x: ValueName): ValueName => words.and(x, words.word(0xffff_ffffn));

function upTo3(bytes: TextBytes): ValueName {
  const { words, from, length, size } = bytes;
  const { builder } = words;
  const byteAt = (place: ValueName): ValueName =>
    words.and(
      builder.add('GatherElements', [from, words.cast(place, 'int64')], { axis: 1n }),
      words.word(0xffn),
    );
  const isSome = builder.add('Max', [size, builder.int64([1], [])]);
  const last = builder.add('Sub', [isSome, builder.int64([1], [])]);
  const a = byteAt(builder.add('Sub', [last, last]));
  const y = words.sum(a, words.left(byteAt(words.right(length, 1)), 8));
  const z = words.sum(length, words.left(byteAt(last), 2));
  const mixed = words.xor(words.product(y, words.word(K2)), words.product(z, words.word(K0)));
  return words.product(shiftMix(words, mixed), words.word(K2));
}

function upTo7(words: Words, wordAt: WordAt, length: ValueName, mul: ValueName): ValueName {
  const a = words.left(low32(words, wordAt(0)), 3);
  return hash16(words, words.sum(length, a), low32(words, wordAt(-4)), mul);
}

function upTo16Bytes(words: Words, wordAt: WordAt, mul: ValueName): ValueName {
  const a = words.sum(wordAt(0), words.word(K2));
  const b = wordAt(-8);
  const c = words.sum(words.product(words.rotatedRight(b, 37), mul), a);
  const d = words.product(words.sum(words.rotatedRight(a, 25), b), mul);
  return hash16(words, c, d, mul);
}

function upTo32Bytes(words: Words, wordAt: WordAt, mul: ValueName): ValueName {
  const a = words.product(wordAt(0), words.word(K1));
  const b = wordAt(8);
  const c = words.product(wordAt(-8), mul);
  const d = words.product(wordAt(-16), words.word(K2));
  return halves(words, { a, b, c, d }, mul).hash;
}

interface Quarter {
  readonly a: ValueName;
  readonly b: ValueName;
  readonly c: ValueName;
  readonly d: ValueName;
}

/** The end of a text of up to 32 bytes, and the beginning of one of up to 64. */
function halves(words: Words, { a, b, c, d }: Quarter, mul: ValueName): { y: ValueName; hash: ValueName } {
  const y = words.sum(words.rotatedRight(words.sum(a, b), 43), words.rotatedRight(c, 30), d);
  const turned = words.rotatedRight(words.sum(b, words.word(K2)), 18);
  return { y, hash: hash16(words, y, words.sum(a, turned, c), mul) };
}

function upTo64Bytes(words: Words, wordAt: WordAt, mul: ValueName): ValueName {
  const a = words.product(wordAt(0), words.word(K2));
  const b = wordAt(8);
  const c = words.product(wordAt(-8), mul);
  const d = words.product(wordAt(-16), words.word(K2));
  const { y, hash: z } = halves(words, { a, b, c, d }, mul);
  const e = words.product(wordAt(16), mul);
  const f = wordAt(24);
  const g = words.product(words.sum(y, wordAt(-32)), mul);
  const h = words.product(words.sum(z, wordAt(-24)), mul);
  const left = words.sum(words.rotatedRight(words.sum(e, f), 43), words.rotatedRight(g, 30), h);
  const right = words.sum(e, words.rotatedRight(words.sum(f, a), 18), g);
  return hash16(words, left, right, mul);
}

function weak(words: Words, wordAt: WordAt, place: number, a: ValueName, b: ValueName): Pair {
  const [w, x, y, z] = [wordAt(place), wordAt(place + 8), wordAt(place + 16), wordAt(place + 24)];
  const begun = words.sum(a, w);
  const turned = words.rotatedRight(words.sum(b, begun, z), 21);
  const all = words.sum(begun, x, y);
  return {
    first: words.sum(all, z),
    second: words.sum(turned, words.rotatedRight(all, 44), begun),
  };
}

interface LongState {
  readonly x: ValueName;
  readonly y: ValueName;
  readonly z: ValueName;
  readonly v: Pair;
  readonly w: Pair;
}

/** One block of 64 bytes; the last one weighs a part of the state. */
function mixedBlock(
  words: Words,
  wordAt: WordAt,
  state: LongState,
  mul: ValueName,
  weight: ValueName,
): LongState {
  const { v, w } = state;
  const x = words.xor(
    words.product(words.rotatedRight(words.sum(state.x, state.y, v.first, wordAt(8)), 37), mul),
    words.product(w.second, weight),
  );
  const y = words.sum(
    words.product(words.rotatedRight(words.sum(state.y, v.second, wordAt(48)), 42), mul),
    words.product(v.first, weight),
    wordAt(40),
  );
  const z = words.product(words.rotatedRight(words.sum(state.z, w.first), 33), mul);
  const nextV = weak(words, wordAt, 0, words.product(v.second, mul), words.sum(x, w.first));
  const nextW = weak(words, wordAt, 32, words.sum(z, w.second), words.sum(y, wordAt(16)));
  return { x: z, y, z: x, v: nextV, w: nextW };
}

const listed = ({ x, y, z, v, w }: LongState): readonly ValueName[] => [
  x,
  y,
  z,
  v.first,
  v.second,
  w.first,
  w.second,
];

function stateOf([
  x = '',
  y = '',
  z = '',
  v1 = '',
  v2 = '',
  w1 = '',
  w2 = '',
]: readonly ValueName[]): LongState {
  return { x, y, z, v: { first: v1, second: v2 }, w: { first: w1, second: w2 } };
}

/** Texts of more than 64 bytes: block by block as far as the longest goes, each row as far as it goes itself. */
function longer(bytes: TextBytes, wordAt: WordAt): ValueName {
  const { words, length, size } = bytes;
  const { builder } = words;
  const seed = 81n;
  const y = seed * K1 + 113n;
  const mixed = BigInt.asUintN(64, y * K2 + 113n);
  const zero = words.xor(length, length);
  const fixed = (value: bigint): ValueName => words.sum(zero, words.word(value));
  const x = words.sum(words.word(seed * K2), wordAt(0));
  const z = fixed((mixed ^ (mixed >> 47n)) * K2);
  const begun: LongState = {
    x,
    y: fixed(y),
    z,
    v: { first: zero, second: zero },
    w: { first: zero, second: zero },
  };
  const before = builder.add('Sub', [size, builder.int64([1], [])]);
  const ahead = builder.add('Max', [before, builder.int64([0], [])]);
  const blocks = builder.add('Div', [ahead, builder.int64([BLOCK], [])]);
  const state = overBlocks(bytes, blocks, begun);
  const rest = words.and(words.cast(ahead, 'uint64'), words.word(63n));
  const mul = words.sum(words.word(K1), words.left(words.and(state.z, words.word(0xffn)), 1));
  const wFirst = words.sum(state.w.first, rest);
  const vFirst = words.sum(state.v.first, wFirst);
  const weighed: LongState = {
    ...state,
    v: { ...state.v, first: vFirst },
    w: { ...state.w, first: words.sum(wFirst, vFirst) },
  };
  const start = builder.add('Sub', [size, builder.int64([BLOCK], [])]);
  const end = mixedBlock(words, wordsFrom(bytes, start), weighed, mul, words.word(9n));
  const left = words.sum(
    hash16(words, end.v.first, end.w.first, mul),
    words.product(shiftMix(words, end.y), words.word(K0)),
    end.z,
  );
  const right = words.sum(hash16(words, end.v.second, end.w.second, mul), end.x);
  return hash16(words, left, right, mul);
}

function overBlocks(bytes: TextBytes, blocks: ValueName, begun: LongState): LongState {
  const { words } = bytes;
  const { builder } = words;
  const body = builder.nested('blocks');
  const inner = new Words(body);
  const turn = body.argument('turn', 'int64');
  const going = body.argument('going', 'bool');
  const carried = listed(begun).map(() => body.argument('state'));
  const state = stateOf(carried);
  const start = body.add('Mul', [
    body.add('Add', [body.add('Sub', [blocks, blocks]), turn]),
    body.int64([BLOCK], []),
  ]);
  const wordAt = wordsFrom({ ...bytes, words: inner }, start);
  const next = listed(mixedBlock(inner, wordAt, state, inner.word(K1), inner.word(1n)));
  const isInside = body.add('Less', [turn, blocks]);
  body.result(going);
  for (const [i, value] of next.entries()) body.result(inner.where(isInside, value, carried[i] ?? ''));
  const inputs = [mostBlocks(builder, blocks), '', ...listed(begun)];
  return stateOf(builder.addMany('Loop', inputs, carried.length, { body: body.graph() }));
}
