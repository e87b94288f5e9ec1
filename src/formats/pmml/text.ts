import { PlimsollError } from '../../core/errors.ts';

/** The start of an XML document: a declaration, a comment, a document type, or the element `PMML` itself. */
const START =
  /^(?:\uFEFF|\u00EF\u00BB\u00BF)?\s*<(?:\?xml[\s?]|!--|!DOCTYPE(?!\s+html\b)|(?:[\w.-]{1,64}:)?PMML[\s>])/i;

const ENCODINGS = /^(?:utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|latin1|windows-125\d|cp125\d)$/i;

const latin = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** Whether the first bytes are those of an XML document; of UTF-16 the mark of the order of its bytes and `<`. */
export function looksLikeXml(head: Uint8Array): boolean {
  return utf16Of(head) !== null || START.test(latin(head.subarray(0, 256)));
}

function utf16Of(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [a, b, c, d] = head;
  if (a === 0xff && b === 0xfe && c === 0x3c && d === 0) return 'utf-16le';
  return a === 0xfe && b === 0xff && c === 0 && d === 0x3c ? 'utf-16be' : null;
}

/** The text of a document in the encoding that it declares. Errors: READ_CORRUPT. */
export function decodeXml(bytes: Uint8Array): string {
  const declared = /^[^<]{0,8}<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(
    latin(bytes.subarray(0, 300)),
  )?.[1];
  const encoding = utf16Of(bytes) ?? declared ?? 'utf-8';
  const refused = (found: string): PlimsollError =>
    new PlimsollError('READ_CORRUPT', {
      what: 'an XML document',
      offset: 0,
      found,
      wanted: 'text in UTF-8, UTF-16, ISO-8859 or windows-125x',
    });
  if (!encoding.startsWith('utf-16') && !ENCODINGS.test(encoding))
    throw refused(`the encoding "${encoding}"`);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw refused(`bytes that are not ${encoding}`);
  }
}
