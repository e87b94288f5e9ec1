import { isUtf8 } from 'node:buffer';
import { InputErrors } from '../rows/input-errors.ts';

/**
 * The text of a body. Throws INPUT_INVALID where the bytes are no UTF-8, the only encoding of JSON (RFC 8259 §8.1):
 * a decoder puts U+FFFD in place of what it cannot read, and a category spelt with it would quietly be another one.
 */
export function bodyText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) {
    const msg = 'body: expected text in UTF-8, got another encoding';
    new InputErrors().fail(['body'], { type: 'json_invalid', msg });
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
