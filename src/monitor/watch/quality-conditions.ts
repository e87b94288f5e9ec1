/** What the quality of rows means for alerts. */
import { valueOfKey } from '../../core/element-at.ts';
import type { AlertCondition, AlertDetail, AlertLabels } from '../alerts/alert.ts';
import type { MonitorPolicy } from '../policy/policy.ts';
import type { QualityKind, QualityViolation } from '../quality/quality-violation.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import type { RaisedRules } from './memory.ts';
import { ignoredColumns } from './version-drift.ts';
import { type QualityMemory, violationsNow } from './version-quality.ts';

export interface QualityLook {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  readonly profile: ReferenceProfile;
  readonly memory: QualityMemory | null;
  readonly policy: Pick<MonitorPolicy, 'quality' | 'drift' | 'log'>;
  readonly raised: RaisedRules;
  /** Bars of a feature, where there are any. */
  readonly histogram: (feature: string) => AlertDetail['histogram'];
  readonly now: number;
}

const RULES: Readonly<Record<QualityKind, string>> = {
  'quality.schema': 'SchemaViolation',
  'quality.type': 'SchemaViolation',
  'quality.range': 'RangeViolation',
  'quality.missing': 'MissingValues',
  'quality.unseen': 'UnseenCategories',
  'quality.frozen': 'FrozenFeature',
  'quality.duplicates': 'DuplicateRows',
  'quality.clock': 'ClockSkew',
};
/** Rules that drift has, too: it watches them by its own budget of false alarms. */
const OF_DRIFT: ReadonlySet<QualityKind> = new Set(['quality.missing', 'quality.unseen']);
/** Kinds of which a single row is told where people look, but is nothing to be called for. */
const BY_SHARE: ReadonlySet<QualityKind> = new Set([
  'quality.schema',
  'quality.type',
  'quality.range',
  'quality.clock',
]);

const ADVICE: Readonly<Record<string, string>> = {
  SchemaViolation:
    'Compare what the caller sends with the columns of the reference: a renamed or retyped field is the usual reason.',
  RangeViolation:
    'Look at the unit and the source of this column first; if such values are right, accept them with a new reference.',
  MissingValues:
    'Look at the source of this column: a join or a field that is no longer filled is the usual reason.',
  UnseenCategories:
    'Look whether a new category was introduced upstream, or the spelling of known ones changed.',
  FrozenFeature:
    'Look whether the job or the sensor that fills this column still runs: a default or an old value is the usual reason.',
  DuplicateRows:
    'Look for a caller that sends the same rows again and again, or a queue that delivers them twice.',
  ClockSkew: 'Look at the clocks of the machines that serve: they should follow one time server.',
};

/** Every rule that is broken, and every one that once was; `raised` is to be given to the next look. */
export function qualityConditions(look: QualityLook): {
  readonly conditions: readonly AlertCondition[];
  readonly raised: RaisedRules;
} {
  const { memory, policy, now } = look;
  const limits = policy.quality;
  const { rows, violations } = memory === null ? NOTHING : violationsNow(memory, look.profile, limits, now);
  const beyond = alarming(violations, look, limits.violations);
  const half = { ...limits, violations: limits.violations / 2, duplicates: limits.duplicates / 2 };
  const nearly =
    memory === null
      ? beyond
      : alarming(violationsNow(memory, look.profile, half, now).violations, look, half.violations);
  const names = new Set([...Object.keys(look.raised), ...beyond.keys()]);
  const raised: Record<string, number> = {};
  const conditions = [...names].map((name): AlertCondition => {
    const found = beyond.get(name);
    const since = look.raised[name] || now;
    raised[name] =
      found === undefined && rows > 0 ? 0 : found === undefined ? (look.raised[name] ?? 0) : since;
    const standing =
      rows === 0 ? null : found !== undefined ? 'beyond' : nearly.has(name) ? 'between' : 'below';
    const told = toldOf(name, found ?? nearly.get(name) ?? null, rows, look);
    return { labels: labelsOf(name, look), severity: 'ticket', standing, since, told };
  });
  return { conditions, raised };
}

const NOTHING = { rows: 0, violations: [] as readonly QualityViolation[] };

/** Those that people are called for, by the name of their rule. */
function alarming(
  violations: readonly QualityViolation[],
  { policy }: QualityLook,
  least: number,
): ReadonlyMap<string, QualityViolation> {
  const hidden = ignoredColumns(policy.drift, policy.log);
  const isOfDrift = ({ kind, feature }: QualityViolation): boolean =>
    policy.drift.enabled && OF_DRIFT.has(kind) && feature !== null && !hidden.has(feature);
  const isRedacted = ({ feature }: QualityViolation): boolean =>
    feature !== null && Object.hasOwn(policy.log.redact, feature) && policy.log.redact[feature] !== 'bucket';
  const found = new Map<string, QualityViolation>();
  for (const violation of violations) {
    if (isOfDrift(violation) || isRedacted(violation)) continue;
    if (BY_SHARE.has(violation.kind) && violation.share <= least) continue;
    const name = ruleName(violation);
    if (!found.has(name)) found.set(name, violation);
  }
  return found;
}

const ruleName = ({ kind, feature }: QualityViolation): string => JSON.stringify([RULES[kind], feature]);

function labelsOf(name: string, { model, endpoint }: QualityLook): AlertLabels {
  const [alertname, feature] = JSON.parse(name) as [string, string | null];
  return { alertname, model, endpoint, ...(feature === null ? {} : { feature }) };
}

function toldOf(
  name: string,
  violation: QualityViolation | null,
  rows: number,
  look: QualityLook,
): AlertDetail {
  const [alertname, feature] = JSON.parse(name) as [string, string | null];
  const { violations, frozenRows, duplicates } = look.policy.quality;
  const threshold =
    alertname === 'FrozenFeature' ? frozenRows : alertname === 'DuplicateRows' ? duplicates : violations;
  return {
    sentence:
      violation?.sentence ??
      `${feature === null ? 'the rows are' : `${feature} is`} as in the reference again`,
    advice: valueOfKey(ADVICE, alertname),
    value: violation === null ? null : alertname === 'FrozenFeature' ? violation.rows : violation.share,
    threshold,
    traffic: rows,
    histogram: feature === null ? null : look.histogram(feature),
    details: { version: String(look.version) },
  };
}
