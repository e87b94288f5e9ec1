/** What this server tells of itself: nothing that says where something lies. Pure. */

/** What the process that answers knows of itself. */
export interface ServerFacts {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Processes that serve. */
  readonly copies: number;
  readonly store: 'sqlite' | 'postgres';
  /** Whether new files of a folder become versions. */
  readonly watchesFolder: boolean;
  /** Of the disk of the data folder, in bytes. */
  readonly disk: { readonly free: number; readonly total: number };
  readonly limits: {
    readonly uploadsPerDay: number;
    readonly uploadBytesPerDay: number;
    /** Share of the disk that uploads leave free. */
    readonly diskReserve: number;
    /** Requests a second of each key or address; null limits nobody. */
    readonly perSecond: number | null;
    readonly burst: number | null;
  };
}
