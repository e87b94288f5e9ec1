/** What drift means for alerts: a condition for each thing that may drift. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { utcMinute } from '../../core/utc.ts';
import type { AlertCondition, AlertDetail, AlertLabels } from '../alerts/alert.ts';
import { isOfAttributions } from '../drift/drawn-attributions.ts';
import type { DriftFinding } from '../drift/drift-finding.ts';
import { driftSentence } from '../drift/drift-sentence.ts';
import { binNames } from '../reference/bin-names.ts';
import { findFeature, type ReferenceProfile } from '../reference/reference-profile.ts';
import type { ObservedFinding } from './drift-cause.ts';

export interface DriftLook {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  readonly profile: ReferenceProfile;
  readonly view: readonly ObservedFinding[];
  /** When each finding that lasts began, by `findingName`. */
  readonly began: Readonly<Record<string, number>>;
  readonly minimum: { readonly psi: number; readonly share: number };
  readonly cause: 'data' | 'model' | null;
  readonly now: number;
}

/** Tells findings apart, within a version. */
export const findingName = ({ feature, side, kind }: DriftFinding): string =>
  JSON.stringify([side, kind, feature]);

export const driftConditions = (look: DriftLook): readonly AlertCondition[] =>
  look.view.map((seen) => conditionOf(seen, look));

function conditionOf(seen: ObservedFinding, look: DriftLook): AlertCondition {
  const { endpoint, model, began, now } = look;
  const labels: AlertLabels = { alertname: ruleOf(seen), model, endpoint, ...namedBy(seen) };
  const since = began[findingName(seen)] ?? now;
  const standing = seen.drifting ? 'beyond' : 'below';
  let told: AlertDetail | null = null;
  return {
    ...{ labels, severity: 'ticket', standing, since },
    // Asked of what drifts, or did: not of each of a thousand features at every look.
    get told() {
      told ??= toldOf(seen, since, look);
      return told;
    },
  };
}

function ruleOf(finding: DriftFinding): string {
  const { side, kind } = finding;
  if (isOfAttributions(finding)) return 'AttributionDrift';
  if (side === 'output') return 'PredictionDrift';
  if (kind === 'drift.null') return 'MissingValues';
  if (kind === 'drift.unseen') return 'UnseenCategories';
  return kind === 'drift.multivariate' ? 'MultivariateDrift' : 'FeatureDrift';
}

/** Of an answer what moved is told apart as well: its values, its missing ones, its unseen ones. */
function namedBy({ feature, side, kind }: DriftFinding): Readonly<Record<string, string>> {
  if (feature === null) return {};
  return side === 'input' ? { feature } : { feature, kind };
}

function toldOf(seen: ObservedFinding, since: number, look: DriftLook): AlertDetail {
  const { profile, minimum, version, cause } = look;
  const feature = findFeature(profile, seen);
  const { effect, evidence, rows, reference, current } = seen;
  const bins = feature === null ? null : binNames(feature);
  return {
    sentence: driftSentence(seen, feature, { since: seen.drifting ? utcMinute(since) : null }),
    advice: adviceOn(seen, cause),
    value: effect.value,
    threshold: effect.unit === 'psi' ? minimum.psi : minimum.share,
    traffic: rows,
    histogram: bins && alertHistogram(bins, reference, current),
    details: {
      version: String(version),
      effect: `${effect.unit} ${effect.value.toFixed(4)} (${effect.low.toFixed(4)} to ${effect.high.toFixed(4)})`,
      evidence: `log e-value ${evidence.log.toFixed(1)}, ${evidence.threshold.toFixed(1)} needed`,
      ...(cause === null ? {} : { cause }),
    },
  };
}

/** Bins that have no row on either side say nothing. */
export function alertHistogram(
  bins: readonly string[],
  reference: readonly number[],
  current: readonly number[],
): AlertDetail['histogram'] {
  const filled = bins
    .map((name, k) => ({ name, before: elementAt(reference, k), now: elementAt(current, k) }))
    .filter(({ before, now }) => before + now > 0);
  return {
    bins: filled.map(({ name }) => name),
    reference: filled.map(({ before }) => before),
    current: filled.map(({ now }) => now),
  };
}

function adviceOn(finding: DriftFinding, cause: DriftLook['cause']): string {
  const { side, kind } = finding;
  if (cause === 'data')
    return 'Both versions see it, so the data changed, not a model: look at where they come from, then train again on recent rows.';
  if (cause === 'model')
    return 'Only one version sees it, so that model behaves differently: compare the two, and roll back if it is the new one.';
  if (kind === 'drift.null')
    return 'Look at the source of this column: a join or a field that is no longer filled is the usual reason.';
  if (kind === 'drift.unseen')
    return 'Look whether a new category was introduced upstream, or the spelling of known ones changed.';
  if (isOfAttributions(finding))
    return 'The model rests on other columns than it did: look whether their source changed, and whether the answers are still right, before labels say so.';
  if (side === 'output')
    return 'Look which inputs moved with it; where none did, compare the version with the one before.';
  return 'Look at the source of this column first; if the change is real, train again on recent rows, or accept it as the new reference.';
}
