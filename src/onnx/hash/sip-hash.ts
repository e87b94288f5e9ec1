import type { GraphBuilder } from '../builder.ts';
import type { ValueName } from '../graph.ts';
import { mostBlocks, type TextBytes, utf8Words } from './text-bytes.ts';
import { Words } from './words.ts';

/** What begins the four words of the state, before the key goes in. */
const BEGIN = [
  0x736f_6d65_7073_6575n,
  0x646f_7261_6e64_6f6dn,
  0x6c79_6765_6e65_7261n,
  0x7465_6462_7974_6573n,
];
const BLOCK = 8;

type State = readonly [ValueName, ValueName, ValueName, ValueName];

/**
 * SipHash-2-4 of texts `[N]` with a key of two words: uint64 `[N]` (Aumasson and Bernstein, https://www.aumasson.jp/siphash/siphash.pdf).
 * It is what TensorFlow's `StringToHashBucketStrong` hashes with.
 */
export function sipHash(builder: GraphBuilder, texts: ValueName, key: readonly [bigint, bigint]): ValueName {
  const bytes = utf8Words(builder, texts);
  const { words, length } = bytes;
  const zero = words.xor(length, length);
  const [a, b, c, d] = BEGIN.map((value, i) =>
    words.sum(zero, words.word(value ^ BigInt.asUintN(64, key[i % 2] ?? 0n))),
  );
  const begun: State = [a ?? '', b ?? '', c ?? '', d ?? ''];
  // Whole blocks, then one of what is left, with the length as its highest byte.
  const blocks = words.right(length, 3);
  const state = overBlocks(bytes, words.cast(blocks, 'int64'), begun);
  const at = words.cast(words.left(blocks, 3), 'int64');
  const rest = builder.add('GatherElements', [bytes.from, at], { axis: 1n });
  const [v0, v1, v2, v3] = compressed(words, state, words.sum(rest, words.left(length, 56)));
  let end: State = [v0, v1, words.xor(v2, words.word(0xffn)), v3];
  for (let i = 0; i < 4; i += 1) end = turned(words, end);
  return builder.add('Squeeze', [words.xor(...end), builder.int64([1], [1])]);
}

/** Goes over the blocks as far as the longest text has them; each row's state stays from its own last one on. */
function overBlocks(bytes: TextBytes, blocks: ValueName, begun: State): State {
  const { builder } = bytes.words;
  const body = builder.nested('blocks');
  const words = new Words(body);
  const turn = body.argument('turn', 'int64');
  const going = body.argument('going', 'bool');
  const state: State = [
    body.argument('state'),
    body.argument('state'),
    body.argument('state'),
    body.argument('state'),
  ];
  const at = body.add('Mul', [
    body.add('Add', [body.add('Sub', [blocks, blocks]), turn]),
    body.int64([BLOCK], []),
  ]);
  const next = compressed(words, state, body.add('GatherElements', [bytes.from, at], { axis: 1n }));
  const isInside = body.add('Less', [turn, blocks]);
  body.result(going);
  for (const [i, value] of next.entries()) body.result(words.where(isInside, value, state[i] ?? ''));
  const [a = '', b = '', c = '', d = ''] = builder.addMany(
    'Loop',
    [mostBlocks(builder, blocks), '', ...begun],
    4,
    {
      body: body.graph(),
    },
  );
  return [a, b, c, d];
}

function compressed(words: Words, [v0, v1, v2, v3]: State, block: ValueName): State {
  const [a, b, c, d] = turned(words, turned(words, [v0, v1, v2, words.xor(v3, block)]));
  return [words.xor(a, block), b, c, d];
}

/** One round. */
function turned(words: Words, [v0, v1, v2, v3]: State): State {
  const [a, c] = [words.sum(v0, v1), words.sum(v2, v3)];
  const b = words.xor(words.rotatedLeft(v1, 13), a);
  const d = words.xor(words.rotatedLeft(v3, 16), c);
  const [e, f] = [words.sum(words.rotatedLeft(a, 32), d), words.sum(c, b)];
  return [
    e,
    words.xor(words.rotatedLeft(b, 17), f),
    words.rotatedLeft(f, 32),
    words.xor(words.rotatedLeft(d, 21), e),
  ];
}
