/** How features stand, for people: of several findings about one the gravest, with the shares that people ask for. Pure. */
import { elementAt } from '../core/element-at.ts';
import type { DriftFinding } from './drift/drift-finding.ts';
import type { FeatureDrift } from './port.ts';
import { binNames } from './reference/bin-names.ts';
import {
  BIN,
  type FeatureProfile,
  type ReferenceProfile,
  watchedInputs,
} from './reference/reference-profile.ts';

type Seen = DriftFinding & { readonly drifting: boolean };

/** Drifting ones first, then by how far they are beyond chance. */
export function featureDrifts(profile: ReferenceProfile, view: readonly Seen[]): readonly FeatureDrift[] {
  const features = [
    ...watchedInputs(profile).map((feature) => ({ side: 'input' as const, feature })),
    ...profile.outputs.map((feature) => ({ side: 'output' as const, feature })),
  ].flatMap(({ side, feature }) => {
    const own = view.filter((one) => one.side === side && one.feature === feature.name);
    return own.length === 0 ? [] : [featureDrift(feature, own)];
  });
  return features.toSorted((a, b) => rank(b) - rank(a) || excess(b) - excess(a));
}

const rank = ({ state }: FeatureDrift): number => (state === 'drifting' ? 1 : 0);
const excess = ({ evidence }: FeatureDrift): number => evidence.log - evidence.threshold;

function featureDrift(feature: FeatureProfile, findings: readonly Seen[]): FeatureDrift {
  const gravest = findings.reduce((worst, one) => (graver(one, worst) ? one : worst));
  const { side, effect, evidence, rows, reference, current } = gravest;
  return {
    ...{ feature: feature.name, side, effect, evidence, rows, reference, current },
    state: findings.some(({ drifting }) => drifting) ? 'drifting' : 'quiet',
    missing: sharesOf([BIN.null], gravest),
    unseen: sharesOf([BIN.unseen], gravest),
    beyond: sharesOf(BEYOND, gravest),
    bins: binNames(feature),
  };
}

/** What drifts before what does not; the values of a quiet feature before its shares, of which there is nothing to tell. */
function graver(a: Seen, b: Seen): boolean {
  if (a.drifting !== b.drifting) return a.drifting;
  if (!a.drifting && a.effect.unit !== b.effect.unit) return a.effect.unit === 'psi';
  return a.evidence.log - a.evidence.threshold > b.evidence.log - b.evidence.threshold;
}

const BEYOND: readonly number[] = [BIN.negativeInfinity, BIN.positiveInfinity, BIN.below, BIN.above];

const sharesOf = (
  bins: readonly number[],
  { reference, current }: DriftFinding,
): FeatureDrift['missing'] => ({
  reference: shareOf(bins, reference),
  current: shareOf(bins, current),
});

function shareOf(bins: readonly number[], counts: readonly number[]): number {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return rows === 0 ? 0 : bins.reduce((sum, bin) => sum + elementAt(counts, bin), 0) / rows;
}
