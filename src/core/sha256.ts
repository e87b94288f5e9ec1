import { createHash } from 'node:crypto';

/** SHA-256 of a text in UTF-8 or of bytes, in lower-case hex (FIPS 180-4). */
export const sha256Hex = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');
