import { isUtf8 } from 'node:buffer';
import type { Protocol } from '../protocol.ts';
import { InputErrors } from '../rows/input-errors.ts';

/**
 * The text of a body. Throws INPUT_INVALID where the bytes are no UTF-8, the only encoding of JSON (RFC 8259 §8.1):
 * a decoder puts U+FFFD in place of what it cannot read, and a category spelt with it would quietly be another one.
 */
function bodyText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) {
    const msg = 'body: expected text in UTF-8, got another encoding';
    new InputErrors().fail(['body'], { type: 'json_invalid', msg });
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}

const NOTHING = new Uint8Array();

/** Parses a body, `textBytes` of which are text, or all of it where that is null. Throws INPUT_INVALID. */
export function parseBody(
  { parse }: Pick<Protocol, 'parse'>,
  bytes: Uint8Array,
  textBytes: number | null,
): unknown {
  if (textBytes === null) return parse(bodyText(bytes), NOTHING);
  if (textBytes > bytes.length) {
    const msg = `body: expected at least ${textBytes} bytes, as its headers say, got ${bytes.length}`;
    new InputErrors().fail(['body'], { type: 'body_length', msg });
  }
  return parse(bodyText(bytes.subarray(0, textBytes)), bytes.subarray(textBytes));
}
