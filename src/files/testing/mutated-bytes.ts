import type { Random } from '../../core/ports.ts';
import { randomIndex, seededRandom } from '../../core/random.ts';

/** For tests: bytes with something changed in them. */

/** Numbers that lie about something. */
const LIES = [
  '-1',
  '0',
  '1',
  '2147483648',
  '4294967295',
  '4294967296',
  '1e308',
  'nan',
  'inf',
  '-',
  '0.5',
  '9'.repeat(400),
];

type Mutate = (bytes: Buffer, random: Random) => Buffer;

const between = (bytes: Buffer, random: Random): number => randomIndex(random, bytes.length);
const spliced = (bytes: Buffer, from: number, to: number, middle: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);

/** Where the number around `at` begins and ends. */
function numberAt(bytes: Buffer, at: number): readonly [number, number] {
  const isDigit = (place: number): boolean => /[\d.e+-]/.test(String.fromCharCode(bytes[place] ?? 0));
  let from = at;
  while (from < bytes.length && !isDigit(from)) from += 1;
  let to = from;
  while (to < bytes.length && isDigit(to)) to += 1;
  return [from, to];
}

function lineAt(bytes: Buffer, at: number): readonly [number, number] {
  const from = bytes.lastIndexOf(10, at) + 1;
  const end = bytes.indexOf(10, at);
  return [from, end < 0 ? bytes.length : end + 1];
}

/** Bytes, numbers, lines, pieces: changed, moved, copied or cut away. */
const WAYS: readonly Mutate[] = [
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    changed[between(bytes, random)] = randomIndex(random, 256);
    return changed;
  },
  (bytes, random) => {
    const [from, to] = numberAt(bytes, between(bytes, random));
    return spliced(bytes, from, to, Buffer.from(LIES[randomIndex(random, LIES.length)] ?? ''));
  },
  (bytes, random) => {
    const [from, to] = lineAt(bytes, between(bytes, random));
    return spliced(bytes, from, to, new Uint8Array(0));
  },
  (bytes, random) => {
    const [from, to] = lineAt(bytes, between(bytes, random));
    const at = lineAt(bytes, between(bytes, random))[0];
    return spliced(bytes, at, at, bytes.subarray(from, to));
  },
  (bytes, random) => bytes.subarray(0, between(bytes, random)),
  (bytes, random) => {
    const from = between(bytes, random);
    return spliced(bytes, from, from + randomIndex(random, 40), new Uint8Array(0));
  },
];

/** The change of that seed. */
export function mutatedFile(bytes: Buffer, seed: number): Buffer {
  const way = WAYS[seed % WAYS.length];
  return way === undefined ? bytes : way(bytes, seededRandom(seed));
}
