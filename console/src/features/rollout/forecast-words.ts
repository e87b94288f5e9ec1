/** What happens if nobody does anything. Pure. */
import type { RolloutView } from '../../api/generated/control-api.ts';
import { asksApproval, waitsForApproval } from '../../facts/standing.ts';
import { durationWords } from '../../facts/words.ts';

/** Sentences, the next thing first; none once it is over. */
export function forecastWords(rollout: RolloutView): readonly string[] {
  const { state, candidate, weight, strategy } = rollout;
  if (state === 'running') {
    if (waitsForApproval(rollout))
      return [
        `Nothing moves until somebody approves: ${Math.round(weight)} % of units stay with version ${candidate}.`,
        ...deadlineWords(rollout),
        guardWords(rollout),
      ];
    return strategy === 'ab' ? experimentForecast(rollout) : stagedForecast(rollout);
  }
  if (state !== 'holding') return [];
  return [
    `Nothing moves until somebody resumes it: ${Math.round(weight)} % of units stay with ${strategy === 'ab' ? 'the arms under test' : `version ${candidate}`}.`,
    guardWords(rollout),
  ];
}

const guardWords = ({ candidate, stableVersion, strategy }: RolloutView): string =>
  strategy === 'ab'
    ? `Harm that reaches a bound takes that arm back at once; its units get version ${stableVersion}.`
    : strategy === 'shadow'
      ? `Harm that reaches a bound ends it; everybody goes on with version ${stableVersion}.`
      : `Harm that reaches a bound takes version ${candidate} back at once; everybody gets version ${stableVersion}.`;

function stagedForecast(rollout: RolloutView): readonly string[] {
  const { forecast, candidate, progress, stage, strategy } = rollout;
  if (forecast === null)
    return [
      'No traffic is known yet, so that nothing can be said of when.',
      ...deadlineWords(rollout),
      guardWords(rollout),
    ];
  const next = forecast.stages.find((one) => one.stage === stage)?.end;
  const asks = progress?.stages.some((_, at) => asksApproval(rollout, at)) ?? false;
  const ends = asksApproval(rollout, stage) ? 'waits for approval' : 'ends';
  return [
    ...(next === null || next === undefined ? [] : [`This stage ${ends} in about ${durationWords(next)}.`]),
    // The time that people take is in no forecast.
    asks
      ? `Without approval it goes no further.${forecast.promotion === null ? '' : ` With it, everybody gets version ${candidate} after about ${durationWords(forecast.promotion)} and the time that approval takes.`}`
      : forecast.promotion !== null
        ? `Everybody gets version ${candidate} in about ${durationWords(forecast.promotion)}.`
        : strategy === 'shadow'
          ? 'Then it waits for a person: a shadow is never promoted by itself.'
          : 'At this traffic it is never promoted by itself.',
    ...(forecast.detection === null || forecast.detection.time === null
      ? []
      : [
          `A version that fails ${forecast.detection.rate * 100} % more often is found within about ${durationWords(forecast.detection.time)} of the beginning.`,
        ]),
    ...(forecast.promotion === null || asks ? deadlineWords(rollout) : []),
    guardWords(rollout),
  ];
}

function experimentForecast(rollout: RolloutView): readonly string[] {
  const { experiment } = rollout;
  if (experiment === null) return [];
  const { outlook, rule } = experiment;
  const left = durationWords(Math.max(0, rule.deadline - rule.elapsed));
  const at = rule.isFixed
    ? `It is decided in ${left}, by one look at all units.`
    : outlook === null
      ? 'Too little is known yet to say when it will be decided.'
      : outlook.decision === null
        ? `With the difference as it is now, nothing will be decided before the deadline in ${left}.`
        : `With the difference as it is now, ${outlook.arm} is decided upon in about ${durationWords(outlook.decision)}.`;
  const then =
    rule.onTimeout === 'hold' ? 'it holds for a person' : 'everybody goes back to the stable version';
  return [at, ...(rule.isFixed ? [] : [`Without a decision ${then} in ${left}.`]), guardWords(rollout)];
}

/** What the deadline of the whole rollout brings. */
function deadlineWords({ progress, candidate, stableVersion }: RolloutView): readonly string[] {
  if (progress === undefined) return [];
  const { elapsed, maxTime, onTimeout } = progress.deadline;
  const then = {
    hold: 'it holds for a person',
    promote: `everybody gets version ${candidate}, if nothing speaks against it`,
    rollback: `everybody gets version ${stableVersion}`,
  }[onTimeout];
  return [`At the deadline, in ${durationWords(Math.max(0, maxTime - elapsed))}, ${then}.`];
}
