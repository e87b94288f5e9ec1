/** Round constants of FIPS 180-4, §4.2.2: the first 32 bits of the fractions of the cube roots of primes. */
const K = new Int32Array(64);
/** Initial state of §5.3.3: the same of the square roots. */
const START = Int32Array.of(
  fraction(2n, 2n),
  fraction(3n, 2n),
  fraction(5n, 2n),
  fraction(7n, 2n),
  fraction(11n, 2n),
  fraction(13n, 2n),
  fraction(17n, 2n),
  fraction(19n, 2n),
);

for (let prime = 2, count = 0; count < 64; prime += 1) {
  let divisor = 2;
  while (prime % divisor !== 0) divisor += 1;
  if (divisor < prime) continue;
  K[count] = fraction(BigInt(prime), 3n);
  count += 1;
}

/** 32 bits after the point of the root of `value`, by integer bisection: exact on every platform. */
function fraction(value: bigint, root: bigint): number {
  const scaled = value << (32n * root);
  let low = 0n;
  let high = value << 32n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle ** root <= scaled) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

const BLOCK = 64;

/** SHA-256 (FIPS 180-4) of bytes, as hex; for code that may not use `node:crypto`. */
export function sha256(bytes: Uint8Array): string {
  // 32 bits each throughout: as a list, its numbers would be floats, and each block take three times as long.
  const state = START.slice();
  const words = new Int32Array(64);
  const whole = bytes.length - (bytes.length % BLOCK);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < whole; at += BLOCK) compress(state, words, view, at);
  const rest = bytes.subarray(whole);
  const tail = new Uint8Array(rest.length + 9 > BLOCK ? 2 * BLOCK : BLOCK);
  tail.set(rest);
  tail[rest.length] = 0x80;
  const tailView = new DataView(tail.buffer);
  tailView.setBigUint64(tail.length - 8, BigInt(bytes.length) * 8n);
  for (let at = 0; at < tail.length; at += BLOCK) compress(state, words, tailView, at);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

function compress(state: Int32Array, w: Int32Array, view: DataView, at: number): void {
  for (let t = 0; t < 16; t += 1) w[t] = view.getInt32(at + 4 * t);
  for (let t = 16; t < 64; t += 1) {
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t += 1) {
    const t1 =
      (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
  state[4] = (state[4]! + e) | 0;
  state[5] = (state[5]! + f) | 0;
  state[6] = (state[6]! + g) | 0;
  state[7] = (state[7]! + h) | 0;
}
