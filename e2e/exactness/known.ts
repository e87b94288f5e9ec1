import type { EngineName } from './evaluate.ts';

/** Cases that one engine does not evaluate, with the reason. Nothing may be on this list silently: stale rows fail. */
export interface KnownGap {
  readonly engine: EngineName;
  /** Matches the case's name. */
  readonly name: RegExp;
  readonly reason: string;
}

export const KNOWN_GAPS: readonly KnownGap[] = [];
