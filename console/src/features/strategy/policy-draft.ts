/** A policy as a form edits it: the policy as it is written, where what is left out has its default. Pure. */
import type { LintView, OfferedStrategy, PolicyOutline } from './lint-view.ts';

export type WrittenPolicy = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is WrittenPolicy =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A policy in a text; null where it is none. */
export function policyIn(text: string): WrittenPolicy | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
  [1, 'ms'],
] as const;

/** A length of time as policies write it: `1h30m`. */
export function writtenDuration(millis: number): string {
  let rest = Math.round(millis);
  let text = '';
  for (const [size, unit] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === '' ? '0s' : text;
}

/** A value somewhere within: `valueAt(policy, 'primary', 'metric')`. */
export const valueAt = (policy: WrittenPolicy, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), policy);

export const textAt = (policy: WrittenPolicy, ...path: readonly string[]): string => {
  const value = valueAt(policy, ...path);
  return value === undefined || value === null ? '' : String(value);
};

/** With another value somewhere within; `undefined` takes it out. */
export function withValue(
  policy: WrittenPolicy,
  [key, ...rest]: readonly string[],
  value: unknown,
): WrittenPolicy {
  if (key === undefined) return policy;
  const inner = policy[key];
  const next = rest.length === 0 ? value : withValue(isRecord(inner) ? inner : {}, rest, value);
  const { [key]: _, ...others } = policy;
  return next === undefined ? others : { ...others, [key]: next };
}

export interface StageDraft {
  readonly kind: 'shadow' | 'weight';
  readonly percent: string;
  readonly bake: string;
  readonly minUnits: string;
  readonly approval: boolean;
}

const NEW_STAGE: StageDraft = { kind: 'weight', percent: '50', bake: '5m', minUnits: '50', approval: false };

export const stagesIn = (policy: WrittenPolicy): readonly StageDraft[] => {
  const { stages } = policy;
  return Array.isArray(stages) ? stages.filter(isRecord).map(stageIn) : [];
};

function stageIn(stage: WrittenPolicy): StageDraft {
  const kind = stage['shadow'] === undefined || stage['shadow'] === null ? 'weight' : 'shadow';
  return {
    kind,
    percent: textAt(stage, kind),
    bake: textAt(stage, 'bake'),
    minUnits: textAt(stage, 'minUnits'),
    approval: stage['approval'] === true,
  };
}

/** What a field leaves empty has its default; a text that is no number goes as it is, and is refused with its place. */
const numberOr = (text: string): unknown => {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
};

const written = ({ kind, percent, bake, minUnits, approval }: StageDraft): WrittenPolicy =>
  Object.fromEntries(
    Object.entries({
      [kind]: numberOr(percent),
      bake: bake.trim() === '' ? undefined : bake.trim(),
      minUnits: numberOr(minUnits),
      ...(approval ? { approval } : {}),
    }).filter(([, value]) => value !== undefined),
  );

export const withStages = (policy: WrittenPolicy, stages: readonly StageDraft[]): WrittenPolicy => ({
  ...policy,
  stages: stages.map(written),
});

export const withNumber = (policy: WrittenPolicy, path: readonly string[], text: string): WrittenPolicy =>
  withValue(policy, path, numberOr(text));

/** One more stage before the last: what everybody gets comes at the end. */
export function withStage(stages: readonly StageDraft[]): readonly StageDraft[] {
  const at = Math.max(0, stages.length - 1);
  return [...stages.slice(0, at), NEW_STAGE, ...stages.slice(at)];
}

export const GUARDS = ['errors', 'latency', 'outputs', 'labels'] as const;
export type GuardName = (typeof GUARDS)[number];

/** Labels are only looked at where they are named. */
export function isGuarded(policy: WrittenPolicy, guard: GuardName): boolean {
  const value = valueAt(policy, 'guards', guard);
  return guard === 'labels' ? isRecord(value) : value !== false;
}

export const withGuard = (policy: WrittenPolicy, guard: GuardName, isOn: boolean): WrittenPolicy =>
  withValue(policy, ['guards', guard], isOn ? (guard === 'labels' ? { maturity: '1d' } : undefined) : false);

/** Share of units that the candidate answers in an experiment of two; null where more arms share them: the text says how. */
export function candidateShare(policy: WrittenPolicy): string | null {
  const { arms } = policy;
  if (Array.isArray(arms) && arms.length > 2) return null;
  const arm = Array.isArray(arms)
    ? arms.find((one: unknown) => isRecord(one) && one['version'] === 'candidate')
    : undefined;
  return isRecord(arm) ? textAt(arm, 'weight') : '50';
}

export function withCandidateShare(policy: WrittenPolicy, text: string): WrittenPolicy {
  const share = numberOr(text);
  const rest = typeof share === 'number' ? Number((100 - share).toFixed(2)) : share;
  return {
    ...policy,
    arms: [
      { name: 'stable', version: 'stable', weight: rest },
      { name: 'candidate', version: 'candidate', weight: share },
    ],
  };
}

/** What editing begins with: what would hold now, with its stages as fields. */
export function firstDraft(
  strategy: OfferedStrategy,
  { given, policy }: Pick<LintView, 'given' | 'policy'>,
): WrittenPolicy {
  const before = isRecord(given) ? given : {};
  if (strategy === 'ab')
    return 'primary' in before
      ? before
      : { primary: { metric: '', direction: 'up', maturity: '1d' }, ...before };
  return { ...before, stages: policy === null ? [] : policy.stages.map(writtenStage) };
}

const writtenStage = ({
  shadow,
  weight,
  bake,
  minUnits,
  approval,
}: PolicyOutline['stages'][number]): WrittenPolicy => ({
  ...(shadow > 0 ? { shadow } : { weight }),
  bake: writtenDuration(bake),
  minUnits,
  ...(approval ? { approval } : {}),
});
