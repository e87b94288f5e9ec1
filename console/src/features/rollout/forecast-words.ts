/** What happens if nobody does anything. Pure. */
import type { RolloutView } from '../../api/generated/control-api.ts';
import { waitsForApproval } from '../../facts/standing.ts';
import { durationWords } from '../../facts/words.ts';

export function forecastWords(rollout: RolloutView): readonly string[] {
  const { state, forecast, stableVersion, candidate, progress, stage, weight } = rollout;
  if (state === 'holding')
    return [
      `Nothing moves until somebody resumes it: ${Math.round(weight)} % stay with version ${candidate}.`,
    ];
  if (state !== 'running') return [];
  if (waitsForApproval(rollout))
    return [`Nothing moves until somebody approves: ${Math.round(weight)} % stay with version ${candidate}.`];
  const guard = `Harm that reaches a bound takes version ${candidate} back at once; everybody gets version ${stableVersion}.`;
  if (forecast === null) return [guard, 'No traffic is known yet, so that nothing can be said of when.'];
  const next = forecast.stages.find((one) => one.stage === stage)?.end;
  const asks = progress?.stages.some(({ approval }, k) => k >= stage && approval) ?? false;
  return [
    ...(next === null || next === undefined ? [] : [`This stage ends in about ${durationWords(next)}.`]),
    forecast.promotion === null
      ? asks
        ? 'Then a stage waits for approval: it is never promoted by itself.'
        : 'At this traffic it is never promoted by itself.'
      : `Everybody gets version ${candidate} in about ${durationWords(forecast.promotion)}.`,
    ...(forecast.detection === null || forecast.detection.time === null
      ? []
      : [
          `A version that fails ${forecast.detection.rate * 100} % more often is found within about ${durationWords(forecast.detection.time)} of the beginning.`,
        ]),
    guard,
  ];
}
