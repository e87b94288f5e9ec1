/** What a rollout is expected to do, in sentences. Pure. */
import { countWords, durationWords, shareWords } from '../../facts/words.ts';
import type { LintView, OfferedStrategy } from './lint-view.ts';

const rate = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export function trafficWords({ traffic }: LintView, endpoint: string): string {
  if (traffic === null)
    return `How much ${endpoint} is asked is not known yet: that takes a hundred requests and five minutes. Say how much it will be, to see what to expect.`;
  const units = traffic.units === null ? '' : `, by about ${countWords(traffic.units)} distinct units in all`;
  return `At ${rate.format(traffic.rate)} requests a second${units}, of which ${shareWords(traffic.errorRate)} fail${traffic.measured ? '' : ' (as you say)'}:`;
}

/** One sentence each; `version` is the candidate. */
export function expectationWords(
  lint: LintView,
  {
    strategy,
    version,
    stable,
  }: { readonly strategy: OfferedStrategy; readonly version: number; readonly stable: number },
): readonly string[] {
  if (strategy === 'immediate')
    return [`Everybody gets version ${version} at once. Nothing is compared first.`];
  if (strategy === 'ab') return [...experimentWords(lint), ...deadlineWords(lint, stable)];
  return [...stagedWords(lint, strategy, version), ...deadlineWords(lint, stable)];
}

function stagedWords(
  { forecast, policy }: LintView,
  strategy: OfferedStrategy,
  version: number,
): readonly string[] {
  if (forecast === null) return [];
  const { promotion, detection } = forecast;
  const waits = policy?.stages.some(({ approval }) => approval) ?? false;
  const everybody =
    strategy === 'shadow'
      ? `Version ${version} answers nobody, however long it lasts.`
      : promotion === null
        ? 'A version that does no harm is not promoted by itself at this traffic.'
        : waits
          ? `A version that does no harm has everybody after about ${durationWords(promotion)}, and the time that approval takes.`
          : `A version that does no harm has everybody after about ${durationWords(promotion)}.`;
  const found =
    detection === null
      ? []
      : [
          detection.time === null
            ? `One that fails in ${shareWords(detection.rate)} is not found.`
            : `One that fails in ${shareWords(detection.rate)} is found after about ${durationWords(detection.time)}; a worse one sooner.`,
        ];
  return [everybody, ...found];
}

function experimentWords({ experiment, refusal }: LintView): readonly string[] {
  if (refusal?.code === 'POLICY_INVALID') return [];
  if (experiment === null)
    return [
      'How much the metric varies is not known yet: that takes a hundred values within an hour. Until then nothing can be said of when it decides.',
    ];
  const { units, detectable, time } = experiment;
  return [
    `By the deadline ${countWords(Math.floor(units))} units have been compared; a difference of ${rate.format(detectable)} is found by then.`,
    ...(time === null
      ? []
      : [`The smallest effect that matters is found after about ${durationWords(time)}.`]),
  ];
}

const AT_DEADLINE: Readonly<Record<string, string>> = {
  hold: 'it holds where it is, and waits for a person',
  promote: 'everybody gets it',
};

function deadlineWords({ policy }: LintView, stable: number): readonly string[] {
  if (policy === null) return [];
  const then = AT_DEADLINE[policy.onTimeout] ?? `everybody gets version ${stable} again`;
  return [`If nothing is decided within ${durationWords(policy.maxTime)}, ${then}.`];
}
