/** Records as they are shown to people: whole characters, at most 64 KiB. Pure. */

/** Bytes of a record that are kept. */
const RAW_BYTES_MAX = 65_536;

const encoder = new TextEncoder();
/** Keeps a byte order mark: a record is shown as it stands there. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The start of a record that fits; bytes that are no UTF-8 become U+FFFD. */
export function rawText(bytes: Uint8Array): string {
  if (bytes.length <= RAW_BYTES_MAX) return decoder.decode(bytes);
  let end = RAW_BYTES_MAX;
  // Not in the middle of a character: continuation bytes are 10xxxxxx.
  while (end > RAW_BYTES_MAX - 4 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return decoder.decode(bytes.subarray(0, end));
}

/** A row as a JSON object. */
export const rawOf = (cells: object): string => rawText(encoder.encode(JSON.stringify(cells)));
