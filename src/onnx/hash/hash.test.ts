import { describe, expect, it } from 'vitest';
import { GraphSession } from '../../engine/onnx/session.ts';
import { GraphBuilder } from '../builder.ts';
import { encodeModel } from '../encode.ts';
import type { ValueName } from '../graph.ts';
import { farmFingerprint64 } from './farm-hash.ts';
import { sipHash } from './sip-hash.ts';

/** What tf.strings.to_hash_bucket_fast and to_hash_bucket_strong (key 133, 137) of TensorFlow 2.21 answer for 2⁶³ - 1 buckets. */
const BUCKETS = 2n ** 63n - 1n;
const KNOWN: readonly (readonly [text: string, fast: bigint, strong: bigint])[] = [
  ['', 1936946117179621456n, 4928313950774450900n],
  ['a', 3694432073954588132n, 7077939996121841354n],
  ['-17', 1485334449061584845n, 7568070748563712509n],
  ['Köln', 9173729389216265195n, 2343286604369099294n],
  ['漢字😀', 7170027240009056566n, 136288015572866801n],
  ['x'.repeat(8), 5028140862496344703n, 2175600891033577148n],
  ['y'.repeat(16), 8981021569232589739n, 3831644353729937631n],
  [`${'ab'.repeat(8)}c`, 4854441354523751762n, 7328546197181613825n],
  ['z'.repeat(32), 5529242935250131553n, 2755587857091745111n],
  ['w'.repeat(33), 1065610773926128235n, 216058057299863057n],
  ['é'.repeat(32), 3626616711232527417n, 7514186660894453949n],
  ['q'.repeat(65), 7692644312256273193n, 203371353842262250n],
  ['m'.repeat(128), 3692896342712448313n, 2075994622054057370n],
  ['n'.repeat(129), 4003038510378759668n, 7184546744762163014n],
  ['0123456789'.repeat(30), 4542588636679321796n, 5741686660645508664n],
];

type Hash = (builder: GraphBuilder, texts: ValueName) => ValueName;
const strong: Hash = (builder, texts) => sipHash(builder, texts, [133n, 137n]);

async function hashesOf(hash: Hash, texts: readonly string[]): Promise<readonly bigint[]> {
  const builder = new GraphBuilder('hash', ['x', 'y']);
  builder.output('y', hash(builder, builder.input('x', 'string', ['N'])), 'uint64', ['N']);
  const model = builder.build({});
  const opsets = [...model.opsets, { domain: 'com.microsoft', version: 1 }];
  const session = await GraphSession.open(encodeModel({ ...model, opsets }));
  const answer = await session.run({ x: { dtype: 'string', shape: [texts.length], data: texts } }, ['y']);
  await session.close();
  return Array.from(answer.get('y')?.data as BigUint64Array, (word) => word % BUCKETS);
}

describe('hashes of texts in a graph', () => {
  const texts = KNOWN.map(([text]) => text);

  it('are those of FarmHash, for texts of every class of length', async () => {
    expect(await hashesOf(farmFingerprint64, texts)).toEqual(KNOWN.map(([, fast]) => fast));
  });

  it('are those of SipHash with a key', async () => {
    expect(await hashesOf(strong, texts)).toEqual(KNOWN.map(([, , word]) => word));
  });

  it.each([farmFingerprint64, strong])('do not depend on the texts beside them', async (hash) => {
    const all = await hashesOf(hash, texts);
    for (const [i, text] of texts.entries()) expect(await hashesOf(hash, [text])).toEqual([all[i]]);
  });

  it('of no texts are none', async () => {
    expect(await hashesOf(farmFingerprint64, [])).toEqual([]);
    expect(await hashesOf(strong, [])).toEqual([]);
  });
});
