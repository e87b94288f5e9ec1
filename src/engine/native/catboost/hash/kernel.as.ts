/**
 * Pure. CityHash64, version 1 (Geoff Pike and Jyrki Alakuijala, 2011, MIT licence), in AssemblyScript, whose integers have
 * 64 bits. `tools/checks/kernel-module.ts` compiles it.
 */

const K0: u64 = ((<u64>0xc3a5c85c) << 32) | 0x97cb3127;
const K1: u64 = ((<u64>0xb492b66f) << 32) | 0xbe98f273;
const K2: u64 = ((<u64>0x9ae16a3b) << 32) | 0x2f90404f;
const K3: u64 = ((<u64>0xc949d7c7) << 32) | 0x509e6557;
const K_MUL: u64 = ((<u64>0x9ddfea08) << 32) | 0xeb382d69;

function shiftMix(value: u64): u64 {
  return value ^ (value >> 47);
}

function hashTwo(u: u64, v: u64): u64 {
  const a = shiftMix((u ^ v) * K_MUL);
  return shiftMix((v ^ a) * K_MUL) * K_MUL;
}

/** The low half of the hash of `length` bytes. */
export function cityHash(at: usize, length: usize): i32 {
  return <i32>hashBytes(at, length);
}

function hashBytes(at: usize, length: usize): u64 {
  if (length <= 16) return hashUpTo16(at, length);
  if (length <= 32) return hashUpTo32(at, length);
  if (length <= 64) return hashUpTo64(at, length);
  return hashLong(at, length);
}

function hashUpTo16(at: usize, length: usize): u64 {
  const size = <u64>length;
  if (length > 8) {
    const a = load<u64>(at);
    const b = load<u64>(at + length - 8);
    return hashTwo(a, rotr<u64>(b + size, size)) ^ b;
  }
  if (length >= 4) return hashTwo(size + ((<u64>load<u32>(at)) << 3), <u64>load<u32>(at + length - 4));
  if (length === 0) return K2;
  const y = <u32>load<u8>(at) + ((<u32>load<u8>(at + (length >> 1))) << 8);
  const z = <u32>length + ((<u32>load<u8>(at + length - 1)) << 2);
  return shiftMix((<u64>y * K2) ^ (<u64>z * K3)) * K2;
}

function hashUpTo32(at: usize, length: usize): u64 {
  const end = at + length;
  const a = load<u64>(at) * K1;
  const b = load<u64>(at, 8);
  const c = load<u64>(end - 8) * K2;
  const d = load<u64>(end - 16) * K0;
  const first = rotr<u64>(a - b, 43) + rotr<u64>(c, 30) + d;
  return hashTwo(first, a + rotr<u64>(b ^ K3, 20) - c + <u64>length);
}

function hashUpTo64(at: usize, length: usize): u64 {
  const end = at + length;
  let z = load<u64>(at, 24);
  let a = load<u64>(at) + (<u64>length + load<u64>(end - 16)) * K0;
  let b = rotr<u64>(a + z, 52);
  let c = rotr<u64>(a, 37);
  a += load<u64>(at, 8);
  c += rotr<u64>(a, 7);
  a += load<u64>(at, 16);
  const vf = a + z;
  const vs = b + rotr<u64>(a, 31) + c;
  a = load<u64>(at, 16) + load<u64>(end - 32);
  z = load<u64>(end - 8);
  b = rotr<u64>(a + z, 52);
  c = rotr<u64>(a, 37);
  a += load<u64>(end - 24);
  c += rotr<u64>(a, 7);
  a += load<u64>(end - 16);
  const wf = a + z;
  const ws = b + rotr<u64>(a, 31) + c;
  const r = shiftMix((vf + ws) * K2 + (wf + vs) * K0);
  return shiftMix(r * K0 + vs) * K2;
}

/** The pair that `hashHalf` makes. */
let weakFirst: u64 = 0;
let weakSecond: u64 = 0;

/** A weak hash of 32 bytes with two seeds. */
function hashHalf(at: usize, a: u64, b: u64): void {
  const z = load<u64>(at, 24);
  const start = a + load<u64>(at);
  const turned = rotr<u64>(b + start + z, 21);
  const sum = start + load<u64>(at, 8) + load<u64>(at, 16);
  weakFirst = sum + z;
  weakSecond = turned + rotr<u64>(sum, 44) + start;
}

function hashLong(from: usize, length: usize): u64 {
  const end = from + length;
  const size = <u64>length;
  let x = load<u64>(from);
  let y = load<u64>(end - 16) ^ K1;
  let z = load<u64>(end - 56) ^ K0;
  hashHalf(end - 64, size, y);
  let v = weakFirst;
  let v2 = weakSecond;
  hashHalf(end - 32, size * K1, K0);
  let w = weakFirst;
  let w2 = weakSecond;
  z += shiftMix(v2) * K1;
  x = rotr<u64>(z + x, 39) * K1;
  y = rotr<u64>(y, 33) * K1;
  const last = from + ((length - 1) & ~63);
  for (let at = from; at < last; at += 64) {
    x = rotr<u64>(x + y + v + load<u64>(at, 16), 37) * K1;
    y = rotr<u64>(y + v2 + load<u64>(at, 48), 42) * K1;
    x ^= w2;
    y ^= v;
    z = rotr<u64>(z ^ w, 33);
    const seed = x + w;
    hashHalf(at, v2 * K1, seed);
    v = weakFirst;
    v2 = weakSecond;
    hashHalf(at + 32, z + w2, y);
    w = weakFirst;
    w2 = weakSecond;
    const swapped = z;
    z = x;
    x = swapped;
  }
  return hashTwo(hashTwo(v, w) + shiftMix(y) * K1 + z, hashTwo(v2, w2) + x);
}
