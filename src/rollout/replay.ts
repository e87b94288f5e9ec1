/**
 * Replays recorded windows through a policy: the same decision as live, window by window, for many interleaved
 * rollouts with one small state each, so that memory does not grow with windows. Pure.
 */
import { decide } from './decide/decide.ts';
import { type RolloutDecision, type RolloutState, startRollout, type VerdictKind } from './decide/state.ts';
import type { RolloutEvidence } from './evidence/evidence.ts';
import { harmedUnits } from './evidence/evidence.ts';
import { GUARDS, type GuardName, parsePolicy, type RolloutPolicy } from './policy/policy.ts';
import type { RecordedWindow } from './recorded-window.ts';

export interface GuardLine {
  readonly log: number;
  readonly maxLog: number;
  /** Candidate units that went wrong beyond what stable's own rate explains. */
  readonly harmedUnits: number;
}

/** One line of the answer; logarithms are natural and over all windows, also those after the verdict. */
export interface ReplayVerdict {
  readonly rollout: string;
  readonly verdict: VerdictKind;
  /** `window` of the first window at which the verdict held; null for `hold`. */
  readonly decidedAt: number | null;
  /** The guard on failures. */
  readonly harm: { readonly log: number; readonly maxLog: number };
  readonly certificate: { readonly log: number };
  readonly reason: string;
  /** Every guard that has seen anything. */
  readonly guards: Readonly<Partial<Record<GuardName, GuardLine>>>;
}

interface Settled {
  readonly verdict: VerdictKind;
  readonly at: number;
  readonly reason: string;
}

interface Track {
  readonly state: RolloutState;
  readonly windows: number;
  readonly settled: Settled | null;
}

/** A bare guard on failures, without certificate or deadline: it can abort and nothing else. */
export const guardsOnly = (alpha: number): RolloutPolicy =>
  parsePolicy({
    guards: { errors: { alpha }, latency: false, outputs: false },
    certificate: false,
    srm: false,
    stages: [{ weight: 50, bake: '365d' }],
    maxTime: '365d',
    staleAfter: '1d',
  });

export class RolloutReplay {
  readonly #policy: RolloutPolicy;
  readonly #tracks = new Map<string, Track>();

  constructor(policy: RolloutPolicy) {
    // A recording is complete: nothing in it is late.
    this.#policy = { ...policy, watermark: Number.MAX_SAFE_INTEGER };
  }

  /** Takes one closed window and answers where its rollout stands. */
  add(window: RecordedWindow): ReplayVerdict {
    const before = this.#tracks.get(window.rollout) ?? this.#start(window);
    const at = window.start ?? (before.windows + 1) * this.#policy.window;
    const decision = decide(before.state, { kind: 'window', window }, at);
    const after = {
      state: decision.state,
      windows: before.windows + 1,
      settled: settle(before, decision, window),
    };
    this.#tracks.set(window.rollout, after);
    return lineOf(window.rollout, after, decision.reason);
  }

  /** Final verdicts in the order in which rollouts first appeared. */
  *verdicts(): Generator<ReplayVerdict> {
    for (const [rollout, track] of this.#tracks)
      yield lineOf(rollout, track, 'The recording ends before a verdict');
  }

  /** Recorded traffic has its own weights: the policy says when it would have moved on, not whom it would have moved. */
  #start({ rollout, start, pairs }: RecordedWindow): Track {
    const stages = this.#policy.stages.filter(({ shadow }) => shadow === 0 || pairs > 0);
    const policy = stages.length === 0 ? this.#policy : { ...this.#policy, stages };
    const binding = { candidate: '', stable: '', policyHash: '' };
    const state = startRollout({ attempt: rollout, binding, policy, now: start ?? 0 });
    return { state, windows: 0, settled: null };
  }
}

/** The first window of the latest verdict: harm that shows later outweighs a promotion or a pause before it. */
function settle(
  { settled }: Track,
  { state, verdict, reason }: RolloutDecision,
  { window }: RecordedWindow,
): Settled | null {
  if (state.phase.kind === 'running' || settled?.verdict === verdict) return settled;
  return { verdict, at: window, reason };
}

const lineOf = (rollout: string, { state, settled }: Track, reason: string): ReplayVerdict => {
  const { errors } = state.evidence.guards;
  return {
    rollout,
    verdict: settled?.verdict ?? 'hold',
    decidedAt: settled?.at ?? null,
    harm: { log: errors.log, maxLog: errors.maxLog ?? 0 },
    certificate: { log: errors.tests[0]?.certificate ?? 0 },
    reason: settled?.reason ?? reason,
    guards: guardLines(state.evidence),
  };
};

const guardLines = ({ guards }: RolloutEvidence): ReplayVerdict['guards'] =>
  Object.fromEntries(
    GUARDS.flatMap((name) => {
      const { log, maxLog, tests } = guards[name];
      if (maxLog === null || tests.length === 0) return [];
      return [[name, { log, maxLog, harmedUnits: harmedUnits(guards[name]) }]];
    }),
  );
