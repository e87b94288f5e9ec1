/** How an endpoint stands, in words: what a person has to do comes first. Pure. */
import type { AlertView, EndpointView, RolloutView } from '../api/generated/control-api.ts';
import { errorShare, type ModelTraffic } from './model-traffic.ts';

/** `act`: a person is needed; `watch`: somebody may want to look; `moving`: a rollout is on its way. */
export type Level = 'act' | 'watch' | 'moving' | 'steady' | 'idle';

export interface Standing {
  readonly level: Level;
  readonly sentence: string;
  /** What to do about it, where that is known. */
  readonly advice: string | null;
  /** Where that is done. */
  readonly place: 'endpoint' | 'rollout';
  /** How many other reasons of the same level there are. */
  readonly others: number;
}

/** From the most urgent on. */
export const LEVELS: readonly Level[] = ['act', 'watch', 'moving', 'steady', 'idle'];

/** Requests that failed on our account, as a share, from which on it is said; and below how many it means nothing. */
const FAILING_SHARE = 0.05;
const FAILING_LEAST = 20;

export function standingOf(
  endpoint: EndpointView,
  alerts: readonly AlertView[],
  traffic: ModelTraffic | null,
): Standing {
  const found = [
    ...ofFailures(traffic),
    ...(endpoint.rollout === null ? [] : [ofRollout(endpoint.rollout)]),
    ...alerts
      .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity))
      .map(ofAlert),
  ].toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  const [first = atRest(endpoint, traffic)] = found;
  return { ...first, others: found.filter(({ level }) => level === first.level).slice(1).length };
}

const SEVERITIES: readonly AlertView['severity'][] = ['page', 'ticket', 'info'];

const said = (level: Level, sentence: string, advice: string | null = null): Standing => ({
  ...{ level, sentence, advice },
  place: 'endpoint',
  others: 0,
});

function ofAlert({ state, severity, acknowledgedBy, inhibitedBy, told, known }: AlertView): Standing {
  const { sentence, advice } = told;
  if (inhibitedBy !== null || state !== 'firing') return said('watch', sentence, advice);
  if (!known) return said('watch', `${sentence} (cannot be evaluated now)`, advice);
  if (acknowledgedBy !== null) return said('watch', `${sentence} (${acknowledgedBy} looks after it)`, advice);
  return said(severity === 'info' ? 'watch' : 'act', sentence, advice);
}

/** Whether a stage, this one or one to come, ends by a person's word that nobody has given yet. */
export const asksApproval = ({ stage, progress }: RolloutView, at: number): boolean =>
  at >= stage && progress?.stages[at]?.approval === true && !(at === stage && progress.approved);

/** Whether a stage is over but for the word of a person. */
export function waitsForApproval(rollout: RolloutView): boolean {
  const { state, stage, progress } = rollout;
  const now = progress?.stages[stage];
  if (state !== 'running' || progress === undefined || now === undefined) return false;
  return asksApproval(rollout, stage) && progress.elapsed >= now.bake;
}

function ofRollout(rollout: RolloutView): Standing {
  const { candidate, weight, state, reason, warnings, strategy } = rollout;
  const share = `${Math.round(weight * 10) / 10} %`;
  const of = (level: Level, sentence: string, advice: string | null): Standing => ({
    ...said(level, sentence, advice),
    place: 'rollout',
  });
  if (state === 'holding')
    return of('act', `Version ${candidate} is paused at ${share}`, 'Resume it, or abort it');
  if (waitsForApproval(rollout))
    return of(
      'act',
      `Version ${candidate} waits for approval at ${share}`,
      'Look at its evidence, then approve or abort',
    );
  const [warning] = warnings;
  if (warning !== undefined) return of('watch', warning, null);
  return of('moving', `${STRATEGY_NAMES[strategy]} of version ${candidate} at ${share}: ${reason}`, null);
}

export const STRATEGY_NAMES: Readonly<Record<RolloutView['strategy'], string>> = {
  canary: 'Canary',
  ab: 'Experiment',
  shadow: 'Shadow',
  'blue-green': 'Blue-green',
  immediate: 'Replacement',
  placebo: 'Placebo',
};

function ofFailures(traffic: ModelTraffic | null): readonly Standing[] {
  if (traffic === null || traffic.rate === null || traffic.requests < FAILING_LEAST) return [];
  const share = errorShare(traffic);
  if (share === null || share < FAILING_SHARE) return [];
  const sentence = `${Math.round(share * 100)} % of requests fail`;
  return [said('act', sentence, 'See which version fails, then roll back')];
}

function atRest({ stable }: EndpointView, traffic: ModelTraffic | null): Standing {
  if (traffic === null) return said('idle', `Version ${stable} is ready; nobody has asked yet`);
  return said('steady', `Version ${stable} serves everybody`);
}
