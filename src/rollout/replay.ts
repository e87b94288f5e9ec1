import { certificateLog } from './evidence/certificate.ts';
import { addWindow, type HarmState, harmLog, NO_HARM } from './evidence/harm.ts';
import { failureCounts, type RecordedWindow } from './window.ts';

/** Replays recorded windows through a guard: the same evidence as live, window by window. Pure. */

export interface ReplayGuards {
  /** Level of the guard on first failures: the chance of a false rollback, however often one looks. */
  readonly errors: number;
}

export interface ReplayVerdict {
  readonly rollout: string;
  readonly verdict: 'abort' | 'hold';
  /** `window` of the first window at which the verdict held. */
  readonly decidedAt: number | null;
  readonly harm: { readonly log: number; readonly maxLog: number };
  readonly certificate: { readonly log: number };
}

/** Odds ratio whose absence the certificate's evidence speaks for. */
const CERTIFICATE_ODDS = 2;

interface ReplayState {
  readonly harm: HarmState;
  readonly maxLog: number;
  readonly certificate: number;
  readonly decidedAt: number | null;
}

/** Many interleaved rollouts, one small state each: memory does not grow with windows. */
export class Replay {
  readonly #guards: ReplayGuards;
  readonly #states = new Map<string, ReplayState>();

  constructor(guards: ReplayGuards) {
    this.#guards = guards;
  }

  /** Takes one closed window and answers where its rollout stands. */
  add(window: RecordedWindow): ReplayVerdict {
    const before = this.#states.get(window.rollout) ?? {
      harm: NO_HARM,
      maxLog: -Infinity,
      certificate: 0,
      decidedAt: null,
    };
    const counts = failureCounts(window);
    const harm = addWindow(before.harm, counts);
    const log = harmLog(harm);
    const crossed = before.decidedAt === null && log >= Math.log(1 / this.#guards.errors);
    const after: ReplayState = {
      harm,
      maxLog: Math.max(before.maxLog, log),
      certificate: before.certificate + certificateLog(counts, CERTIFICATE_ODDS),
      decidedAt: crossed ? window.window : before.decidedAt,
    };
    this.#states.set(window.rollout, after);
    return verdictOf(window.rollout, after);
  }

  /** Final verdicts in the order in which rollouts first appeared. */
  verdicts(): ReplayVerdict[] {
    return [...this.#states].map(([rollout, state]) => verdictOf(rollout, state));
  }
}

const verdictOf = (rollout: string, state: ReplayState): ReplayVerdict => ({
  rollout,
  verdict: state.decidedAt === null ? 'hold' : 'abort',
  decidedAt: state.decidedAt,
  harm: { log: harmLog(state.harm), maxLog: state.maxLog },
  certificate: { log: state.certificate },
});
