import type { VersionVerification } from './version.ts';

/**
 * Whether a cell that was just counted is the worst so far: one that failed before one that differs within its
 * tolerance, however large that looks relative to a value near 0. Pure.
 */
export function isWorseCell(
  { failures, worst }: { readonly failures: number; readonly worst: VersionVerification['worst'] },
  failed: boolean,
  relative: number,
): boolean {
  if (worst === null || (failed && failures === 1)) return true;
  return relative > worst.relative && (failed || failures === 0);
}
