/** When a rollout is expected to come to what. */
import type { RolloutView } from '../../../control/port.ts';
import { percent } from '../../../text/percent.ts';
import { elapsedText } from './numbers.ts';
import { type StyledLine, wordsOf, wrapWords } from './styled-line.ts';

/** Nothing where nothing is expected. */
export function forecastLines(
  { forecast, stage }: Pick<RolloutView, 'forecast' | 'stage'>,
  width: number,
): StyledLine[] {
  return forecast === null ? [] : wrapWords('Expected', wordsOf(forecastText(forecast, stage)), width);
}

/** In one sentence: `end of this stage in 5m; promotion in 25m; …`. */
export function forecastText(forecast: NonNullable<RolloutView['forecast']>, stage: number): string {
  const { rate, errorRate, basis, stages, certificate, promotion, detection } = forecast;
  const end = stages.find((one) => one.stage === stage)?.end;
  const found = detection && { ...detection, share: percent(detection.rate) };
  const parts = [
    ...(end === undefined ? [] : [`end of this stage ${within(end)}`]),
    ...(certificate === undefined || certificate === 0
      ? []
      : [`certificate of no harm ${within(certificate)}`]),
    ...(promotion === null ? [] : [`promotion ${within(promotion)}`]),
    ...(found === null
      ? []
      : [
          found.time === null
            ? `a candidate that fails in ${found.share} is never found`
            : `a candidate that fails in ${found.share} is found ${elapsedText(found.time)} after the start`,
        ]),
  ];
  const whose = basis === 'rollout' ? 'of this rollout' : 'of the endpoint before';
  return `${parts.join('; ')} (at ${Number(rate.toPrecision(3))}/s ${whose}, ${percent(errorRate)} failing)`;
}

const within = (millis: number | null): string =>
  millis === null ? 'never' : millis === 0 ? 'any moment' : `in ${elapsedText(millis)}`;
