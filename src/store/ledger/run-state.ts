/** How a run stands, and why it was started. Pure. */

export const RUN_STATES = [
  /** Waits for its time, or for a place. */
  'queued',
  /** Freezes its input, hashes, cuts it into chunks. */
  'planning',
  'running',
  'publishing',
  /** Its outputs look unlike the last ones: waits for a person. */
  'held',
  'done',
  'failed',
  'cancelled',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** A process has it, or died while it had it. */
export const UNDER_WAY: readonly RunState[] = ['planning', 'running', 'publishing'];
/** Those that have not ended, as the index of the table has them. */
export const OPEN: readonly RunState[] = ['queued', ...UNDER_WAY, 'held'];
/** Nobody takes these again; one that has failed may be gone on with. */
export const CLOSED: readonly RunState[] = ['done', 'cancelled'];

export const CAUSES = [
  /** By a command that works on it itself. */
  'manual',
  /** By a person, for a server to work on. */
  'server',
  'schedule',
  'files',
  'webhook',
  'notify',
  'upstream',
  'queue',
  'replay',
] as const;
export type Cause = (typeof CAUSES)[number];
