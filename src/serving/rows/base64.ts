/** Bytes in JSON, as TensorFlow Serving's clients write them (https://www.tensorflow.org/tfx/serving/api_rest#encoding_binary_values). Pure. */
import { isRecord } from '../../core/record.ts';

/** What a data URI has in front of its base64 (RFC 2397). */
const DATA_URI = /^data:[\w.+-]*\/?[\w.+-]*(?:;[\w.+-]+=[\w.+-]+)*;base64,/;
const DATA_URI_MAX = 200;

/** Whether a value is `{"b64": "…"}`, by itself. */
export const isBase64Object = (value: unknown): value is { readonly b64: string } =>
  isRecord(value) && typeof value['b64'] === 'string' && Object.keys(value).length === 1;

/** The bytes of a base64 text in either alphabet, padded or not, or of a data URI; null where it is none. */
export function bytesOfBase64(text: string): Uint8Array | null {
  const [uri = ''] = text.startsWith('data:') ? (DATA_URI.exec(text.slice(0, DATA_URI_MAX)) ?? []) : [];
  const code = text.slice(uri.length);
  const padding = code.endsWith('==') ? 2 : code.endsWith('=') ? 1 : 0;
  const digits = code.length - padding;
  if (digits % 4 === 1 || (padding > 0 && code.length % 4 !== 0)) return null;
  // What is no digit is skipped, and so the bytes are fewer.
  const bytes = Buffer.from(code, 'base64');
  return bytes.length === Math.floor((digits * 3) / 4) ? bytes : null;
}
