/** What can be said beforehand about the memory that running a foreign graph takes. */
export type GraphMemory =
  /** Proved from the graph alone: every row is answered by itself, and takes at most so many bytes on its way. */
  | { readonly kind: 'bounded'; readonly rowBytes: number }
  /**
   * Sizes depend on values, or it was not proved that they do not. It runs in a process of its own, where it is `isParallel`
   * on all processors: its operators give the same bits on any number of threads.
   */
  | { readonly kind: 'unbounded'; readonly reason: string; readonly isParallel?: true };
