/**
 * API keys as text: `plk_`, 43 letters and digits of 256 random bits, and 6 of their CRC-32, so that scanners of secrets
 * find one wherever it was left, and a mistyped one is told from one that is not known. What is stored is the SHA-256 of
 * it: of 256 random bits nothing can be guessed, so the slow hashes that protect passwords would protect nothing here, and
 * cost every prediction.
 */
import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'plk_';
const SECRET_BYTES = 32;
/** Digits that 256 bits, and 32, take in base 62. */
const SECRET_DIGITS = 43;
const CHECK_DIGITS = 6;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(DIGITS.length);

/** What scanners look for. */
export const KEY_PATTERN = `${PREFIX}[0-9A-Za-z]{${SECRET_DIGITS + CHECK_DIGITS}}`;
const KEY = new RegExp(`^${KEY_PATTERN}$`);

/** A new key. `bytes` are 32 random ones. */
export function generateKey(bytes: Uint8Array = randomBytes(SECRET_BYTES)): string {
  const secret = inBase62(BigInt(`0x${Buffer.from(bytes).toString('hex')}`), SECRET_DIGITS);
  return `${PREFIX}${secret}${checkOf(secret)}`;
}

/** Whether a text is a key that was copied without a mistake; not whether anybody knows it. */
export function isWellFormedKey(text: string): boolean {
  if (!KEY.test(text)) return false;
  const secret = text.slice(PREFIX.length, -CHECK_DIGITS);
  return text.endsWith(checkOf(secret));
}

/** sha256, hex. */
export const hashOfKey = (key: string): string => hash('sha256', key, 'hex');

const checkOf = (secret: string): string => inBase62(BigInt(crc32(secret)), CHECK_DIGITS);

function inBase62(value: bigint, length: number): string {
  let [rest, text] = [value, ''];
  while (text.length < length) {
    text = DIGITS[Number(rest % BASE)] + text;
    rest /= BASE;
  }
  return text;
}
