import type { UnresolvedReason } from './uv-errors.ts';

/** What a Python lacks. */
export interface ResolutionFailure extends UnresolvedReason {
  readonly python: string;
}
