/** How a rollout came to where it is: its evidence as it grew, and every moment at which it changed. Pure. */
import type { RolloutStatus } from '../../rollout/decide/status.ts';
import type { GuardName } from '../../rollout/policy/policy.ts';
import { addToSeries, NO_POINTS, type ThinnedSeries } from '../../rollout/thinned-series.ts';

/** Where evidence stood at the end of a window, or of several that are told as one. */
export interface EvidencePoint {
  /** When it was decided upon, in milliseconds since the epoch. */
  readonly at: number;
  readonly stage: number;
  /** Candidate's share of units in percent. */
  readonly weight: number;
  readonly guards: Readonly<Partial<Record<GuardName, GuardPoint>>>;
}

export interface GuardPoint {
  /** Natural logarithms of the evidence of harm, and of no harm; null where no certificate is waited for. */
  readonly harm: number;
  readonly noHarm: number | null;
}

/** Something that was said or decided. */
export interface RolloutMoment {
  readonly at: number;
  /** What a person told it to do, and who; null where nobody did. */
  readonly command: string | null;
  readonly by: string | null;
  readonly state: RolloutStatus['state'];
  readonly stage: number;
  readonly weight: number;
  readonly reason: string;
}

export interface RolloutHistory {
  readonly points: ThinnedSeries<EvidencePoint>;
  readonly moments: readonly RolloutMoment[];
  /** Moments between the first ones and the last ones that are not kept. */
  readonly left: number;
}

export const NO_HISTORY: RolloutHistory = { points: NO_POINTS, moments: [], left: 0 };

/** Points of a curve: more than there are pixels for say nothing more. */
export const HISTORY_POINTS = 300;
/** Moments that are kept: half of them the first, half the last. */
const MOMENTS_MAX = 200;

/** The history with one event more, and how the rollout stood after it; `isWindow`: the event has closed a window. */
export function addToHistory(
  { points, moments, left }: RolloutHistory,
  event: Pick<RolloutMoment, 'at' | 'command' | 'by' | 'reason'> & { readonly isWindow: boolean },
  { state, stage, weight, evidence }: RolloutStatus,
): RolloutHistory {
  const { isWindow, ...said } = event;
  const moment = { ...said, state, stage, weight };
  const isNews = said.command !== null || !isSame(moments.at(-1), moment);
  const isFull = isNews && moments.length >= MOMENTS_MAX;
  const kept = isFull ? moments.toSpliced(MOMENTS_MAX / 2, 1) : moments;
  return {
    points: isWindow ? addPoint(points, { at: said.at, stage, weight, guards: guardsOf(evidence) }) : points,
    moments: isNews ? [...kept, moment] : moments,
    left: left + Number(isFull),
  };
}

const isSame = (before: RolloutMoment | undefined, { state, stage, weight }: RolloutMoment): boolean =>
  before !== undefined && before.state === state && before.stage === stage && before.weight === weight;

const guardsOf = (evidence: RolloutStatus['evidence']): EvidencePoint['guards'] =>
  Object.fromEntries(
    Object.entries(evidence).map(([name, { log, certificate }]) => [
      name,
      { harm: log, noHarm: certificate?.log ?? null },
    ]),
  );

const addPoint = (points: RolloutHistory['points'], point: EvidencePoint): RolloutHistory['points'] =>
  addToSeries(points, point, HISTORY_POINTS, worse);

/** Of two that are told as one the later, unless more spoke for harm before: no peak is smoothed away. */
const worse = (earlier: EvidencePoint, later: EvidencePoint): EvidencePoint =>
  harmOf(earlier) > harmOf(later) ? earlier : later;

const harmOf = ({ guards }: EvidencePoint): number =>
  Math.max(-Infinity, ...Object.values(guards).map(({ harm }) => harm));
