/** What makes a canary, a shadow, a blue-green, an immediate switch or a placebo of the one staged machine. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { parsePolicy, type RolloutPolicy } from '../policy/policy.ts';

export interface StagedStrategy {
  /** The policy with the defaults of the strategy; throws POLICY_INVALID that names every mistake. */
  policy(given: unknown): RolloutPolicy;
  /** Why a person's `promote` is not followed, or null where it is. */
  readonly refusesPromotion: string | null;
  /** Whether `maxTime` ends the rollout, whatever it holds for. */
  readonly endsAtDeadline: boolean;
  /** Whether a person has to let a candidate through that was rolled back before. */
  readonly asksAgain: boolean;
  /** What a reason means for this strategy, where that is not what it says. */
  readonly words: (reason: string) => string;
}

const COMMON: Omit<StagedStrategy, 'policy'> = {
  refusesPromotion: null,
  endsAtDeadline: false,
  asksAgain: true,
  words: (reason) => reason,
};

/** The stages of the policy, as they are. */
export const CANARY: StagedStrategy = { ...COMMON, policy: (given) => parsePolicy(given ?? {}) };

/** Copies of requests only: nobody is answered by the candidate, however it does. */
export const SHADOW: StagedStrategy = {
  ...COMMON,
  refusesPromotion: 'A shadow rollout routes nobody: abort it and start a canary',
  policy(given) {
    const policy = parsePolicy(withDefaults(given, { stages: [{ shadow: 100, bake: '10m' }] }));
    return checked(
      policy,
      policy.stages.map(
        ({ weight }, i) => weight > 0 && `stages[${i}].weight is ${weight}, wanted stages that only shadow`,
      ),
    );
  },
};

/** Units that stay on stable, in percent: without them nothing is compared after the switch. */
const HOLDBACK_MIN = 1;

/** Shadow, then everybody at once, with a holdback against which harm is still found. */
export const BLUE_GREEN: StagedStrategy = {
  ...COMMON,
  policy(given) {
    const stages = [{ shadow: 100, bake: '10m' }, { weight: 100 }];
    const policy = parsePolicy(withDefaults(given, { stages }));
    const isGiven = isRecord(given) && 'holdback' in given;
    const holdback = isGiven ? policy.holdback : Math.max(HOLDBACK_MIN, policy.holdback);
    return checked({ ...policy, holdback }, [
      holdback < HOLDBACK_MIN && `holdback is ${holdback}, wanted ${HOLDBACK_MIN} or more`,
      ...policy.stages.map(
        ({ weight }, i) =>
          weight > 0 && weight < 100 && `stages[${i}].weight is ${weight}, wanted shadow stages, then 100`,
      ),
    ]);
  },
};

/** Everybody at once, without evidence: a person's word, recorded and alerted. */
export const IMMEDIATE: StagedStrategy = {
  ...COMMON,
  asksAgain: false,
  words: (reason) => (reason === 'Promoted' ? 'Switched at once, without evidence' : reason),
  policy: (given) =>
    checked(parsePolicy(withDefaults(given, { stages: [{ weight: 100 }], certificate: false })), [
      isRecord(given) && 'stages' in given && 'stages are given, wanted none: everybody is switched at once',
    ]),
};

/**
 * Stable against itself through the routed stages below 100 %: every rollback is a false alarm, every certificate comes
 * as late as it would for a candidate without harm.
 */
export const PLACEBO: StagedStrategy = {
  ...COMMON,
  refusesPromotion: 'A placebo has no candidate to promote',
  endsAtDeadline: true,
  asksAgain: false,
  words: (reason) =>
    reason === 'Holding for a person: every stage is done'
      ? 'A candidate would have been promoted; goes on until the deadline'
      : reason,
  policy(given) {
    const policy = parsePolicy(given ?? {});
    const stages = policy.stages.filter(({ weight }) => weight > 0 && weight < 100);
    return checked({ ...policy, stages, holdback: 0, onTimeout: 'hold' }, [
      stages.length === 0 && 'stages have no weight below 100, wanted one at least: there is no control',
    ]);
  },
};

const withDefaults = (given: unknown, defaults: object): unknown =>
  given === undefined || given === null ? defaults : isRecord(given) ? { ...defaults, ...given } : given;

function checked(policy: RolloutPolicy, found: readonly (string | false)[]): RolloutPolicy {
  const problems = found.filter((problem) => problem !== false);
  if (problems.length === 0) return policy;
  throw new PlimsollError('POLICY_INVALID', { problems: problems.join('; '), list: problems });
}
