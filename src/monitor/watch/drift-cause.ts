/** Whether data or a model moved, where two versions see the same traffic. Pure. */
import type { DriftFinding } from '../drift/drift-finding.ts';

export type ObservedFinding = DriftFinding & { readonly drifting: boolean };

/**
 * `data`: something drifts for both; `model`: something does for one alone, and the other has enough rows to say that there
 * it does not, since its effect at most is less than this one's at least. Null where nothing drifts, or nobody can tell.
 */
export function driftCause(
  one: readonly ObservedFinding[],
  other: readonly ObservedFinding[],
): 'data' | 'model' | null {
  const verdicts = [...compare(one, other), ...compare(other, one)];
  if (verdicts.includes('both')) return 'data';
  return verdicts.includes('one') ? 'model' : null;
}

/** Whether something drifts for this one alone, and nothing for both. */
export function driftsAlone(one: readonly ObservedFinding[], other: readonly ObservedFinding[]): boolean {
  const verdicts = compare(one, other);
  return verdicts.includes('one') && !verdicts.includes('both');
}

function compare(
  one: readonly ObservedFinding[],
  other: readonly ObservedFinding[],
): readonly ('both' | 'one' | null)[] {
  return one
    .filter(({ drifting }) => drifting)
    .map((finding) => {
      const there = other.find((seen) => isSame(seen, finding));
      if (there === undefined) return null;
      if (there.drifting) return 'both';
      return there.effect.high < finding.effect.low ? 'one' : null;
    });
}

const isSame = (a: DriftFinding, b: DriftFinding): boolean =>
  a.feature === b.feature && a.side === b.side && a.kind === b.kind;

/** `age moved, and 2 more`: what drifts in the views of some versions. */
export function firstDrifting(views: readonly (readonly ObservedFinding[])[]): string {
  const names = views.flatMap((view) => view.filter(({ drifting }) => drifting));
  const [first] = names.map(({ feature }) => feature ?? 'several features together');
  const others = new Set(names.map(({ feature }) => feature)).size - 1;
  return `${first} moved${others > 0 ? `, and ${others} more` : ''}`;
}
