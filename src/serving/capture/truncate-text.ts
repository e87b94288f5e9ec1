/** Pure. */

/** Characters of a text that are kept. */
export const CAPTURED_TEXT_MAX = 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The beginning of a long text, copied: a part of a string holds the whole of it in memory. */
export const truncateText = (text: string): string =>
  text.length <= CAPTURED_TEXT_MAX ? text : decoder.decode(encoder.encode(text.slice(0, CAPTURED_TEXT_MAX)));
