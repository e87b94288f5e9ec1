/** The ways in which answers of a model reach who needs them, as this program can carry them out. Pure. */

/** From what answers at once to what has been computed beforehand, and what runs elsewhere. */
export const PATTERNS = [
  'real-time',
  'micro-batch',
  'asynchronous',
  'event-batch',
  'scheduled-batch',
  'precomputed-table',
  'edge',
] as const;
export type Pattern = (typeof PATTERNS)[number];
