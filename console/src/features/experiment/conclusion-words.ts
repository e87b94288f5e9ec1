/** What an experiment has come to, in a sentence or two. Pure. */
import type { ExperimentView, RolloutView } from '../../api/generated/control-api.ts';
import { contrastWords, type MetricResult, standingIn } from './metric-words.ts';

export function conclusionWords({ state, reason }: RolloutView, experiment: ExperimentView): string {
  const { arms, split, winner, rule } = experiment;
  const primary = experiment.metrics.filter(({ isPrimary }) => isPrimary);
  const control = arms.find(({ isControl }) => isControl)?.name ?? 'control';
  const best = leaderOf(primary);
  if (split !== null && split.p < split.alpha)
    return 'Nothing can be concluded: units are not split as they should be.';
  if (winner !== null) {
    const won = primary.find(({ arm }) => arm === winner);
    const isFound = won !== undefined && standingIn(won, rule) === 'ahead';
    const how = won === undefined ? '' : ` It is at ${contrastWords(won)} against ${control}.`;
    return isFound || won?.atTheEnd
      ? `${winner} wins and answers everybody.${how}`
      : `${winner} answers everybody by a person's word: the metric had not decided.${how}`;
  }
  const lost = arms.filter((arm) => arm.lost !== null).map((arm) => `${arm.name} ${lostWords(arm.lost)}`);
  const so = best === undefined ? '' : ` ${best.arm} is at ${contrastWords(best)} against ${control}.`;
  if (state === 'rolled-back')
    return `${lost.length > 0 ? `${sentence(lost)}. ` : `${reason}. `}Everybody is answered by ${control} again.${so}`;
  if (state === 'aborted') return `Ended by a person before anything was decided.${so}`;
  const before = lost.length > 0 ? `${sentence(lost)} and takes part no more. ` : '';
  if (best === undefined || best.estimate === null)
    return `${before}Nothing is known yet: no values have matured in both arms.`;
  if (best.lower === null) return `${before}Too few values have matured for an interval. So far${so}`;
  return `${before}Nothing is decided yet.${so}`;
}

/** Why an arm takes part no more, as what is said of it. */
export function lostWords(cause: string | null): string {
  if (cause === null) return '';
  if (cause === 'primary') return 'was worse in the metric that decides';
  const [, guardrail] = /^guardrail (.*)$/.exec(cause) ?? [];
  return guardrail === undefined ? `did harm in ${cause}` : `broke the guardrail ${guardrail}`;
}

/** Of the arms that are compared, the one that stands best. */
function leaderOf(primary: readonly MetricResult[]): MetricResult | undefined {
  const benefit = ({ estimate, direction }: MetricResult): number =>
    estimate === null ? Number.NEGATIVE_INFINITY : direction === 'up' ? estimate : -estimate;
  return primary.toSorted((a, b) => benefit(b) - benefit(a))[0];
}

const sentence = (parts: readonly string[]): string => parts.join(', ');
