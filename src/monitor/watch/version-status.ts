/** How a version is watched, as metrics say it. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { AccuracySummary } from '../accuracy/accuracy-summary.ts';
import type { DriftPolicy } from '../policy/policy.ts';
import type { FeatureStatus, VersionStatus } from '../prometheus/monitoring-metrics.ts';
import { BIN } from '../reference/reference-profile.ts';
import type { ObservedFinding } from './drift-cause.ts';
import type { WatchedVersion } from './watch-environment.ts';

export interface VersionObservation {
  readonly model: string;
  readonly version: WatchedVersion;
  /** How every feature stands; null where nothing is compared. */
  readonly view: readonly ObservedFinding[] | null;
  readonly policy: Pick<DriftPolicy, 'minimumPsi'>;
  readonly violations: Readonly<Record<string, number>>;
  /** Null where nobody looks at how right its answers are. */
  readonly accuracy: AccuracySummary | null;
}

/** What was found in one feature. */
type FeatureFinding = ObservedFinding & { readonly feature: string };

const UNKNOWN: AccuracySummary = { estimate: null, realized: null, reference: null, labels: null };

export function versionStatus(seen: VersionObservation): VersionStatus {
  const { model, version, view, policy, violations, accuracy } = seen;
  const single = (view ?? []).filter((finding): finding is FeatureFinding => finding.feature !== null);
  const features = Map.groupBy(single, ({ side, feature }) => JSON.stringify([side, feature]));
  return {
    model,
    version: version.version,
    createdAt: version.createdAt,
    features: [...features.values()].map(featureStatus),
    thresholds: {
      scores: view === null ? {} : { psi: policy.minimumPsi },
      evidence: single[0]?.evidence.threshold ?? null,
    },
    ...(accuracy ?? UNKNOWN),
    violations,
  };
}

/** All findings of one feature: the strongest evidence, and the shares of the window that it is seen in. */
function featureStatus(findings: readonly FeatureFinding[]): FeatureStatus {
  const strongest = findings.reduce((a, b) => (b.evidence.log > a.evidence.log ? b : a));
  const psi = findings.find(({ effect }) => effect.unit === 'psi');
  const rows = strongest.current.reduce((sum, count) => sum + count, 0);
  const share = (bins: readonly number[]): number =>
    rows === 0 ? Number.NaN : bins.reduce((sum, bin) => sum + elementAt(strongest.current, bin), 0) / rows;
  return {
    name: strongest.feature,
    side: strongest.side,
    scores: psi === undefined ? {} : { psi: psi.effect.value },
    evidence: strongest.evidence.log,
    isDrifting: findings.some(({ drifting }) => drifting),
    missing: share([BIN.null, BIN.nan]),
    unseen: share([BIN.unseen]),
  };
}
