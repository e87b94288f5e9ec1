/**
 * What a block may hold. Serving keeps to it when it writes; the reader refuses more before anything is allocated, since a
 * file may have been altered. Pure.
 */
export const BLOCK_LIMITS = {
  /** Bytes of the whole block. */
  bytes: 64 * 2 ** 20,
  /** Bytes of the header, which names the columns. */
  header: 4 * 2 ** 20,
  rows: 65_536,
  /** Inputs and outputs together. */
  columns: 16_384,
  /** Characters of a name of a column, model, endpoint or worker. */
  name: 4096,
} as const;
