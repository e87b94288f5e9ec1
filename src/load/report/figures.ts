/** Figures of a report as people read them, in the terminal and on the page. Pure. */
import { numberText } from '../../text/numbers.ts';
import type { BenchReport, LoadPoint, Prediction } from './bench-report.ts';

/** Three digits that count: a measurement has no more. */
export const short = (value: number): string => numberText(Number(value.toPrecision(3)));

export const msText = (value: number): string => `${short(value)} ms`;
export const perSecondText = (rate: number): string => `${short(rate)}/s`;

/** The p99.9, with what it is worth: an interval, or that there were too few answers. */
export function p999Text({ latency }: LoadPoint): string {
  const { value, low, high } = latency.p999;
  if (high === null) return `≥ ${short(value)} (${numberText(latency.count)} answers are too few)`;
  return `${short(value)} (${short(low ?? value)} to ${short(high)})`;
}

/** What was not answered 2xx, by how it ended. */
export const failedText = ({ failed }: LoadPoint): string =>
  Object.entries(failed)
    .map(([what, count]) => `${numberText(count)} ${what}`)
    .join(', ') || '–';

/** A measured figure against a predicted one: `+4 %`. */
function offText(predicted: number, measured: number): string {
  const share = Math.round(100 * (predicted / measured - 1));
  return `${share > 0 ? '+' : share < 0 ? '−' : '±'}${Math.abs(share)} %`;
}

/** Rows of the table of prediction and measurement: name, predicted, measured, how far off. */
export function predictionRows(report: BenchReport): readonly (readonly string[])[] {
  const { prediction, knee, peak, half, nineTenths } = report;
  if (prediction === null) return [];
  const row = (name: string, predicted: number, measured: number, text: (value: number) => string) => [
    ...[name, text(predicted), text(measured), offText(predicted, measured)],
  ];
  return [
    ...(peak === null ? [] : [row('saturation (closed loop)', prediction.rate, peak.goodput, perSecondText)]),
    ...(knee === null ? [] : [row('knee (open loop)', prediction.rate, knee.rate, perSecondText)]),
    ...timesRows('half', prediction.half, half),
    ...timesRows('nine tenths', prediction.nineTenths, nineTenths),
  ];
}

const timesRows = (
  name: string,
  predicted: Prediction['half'],
  measured: LoadPoint | null,
): readonly (readonly string[])[] =>
  predicted === null || measured === null
    ? []
    : (['p50', 'p99'] as const).map((quantile) => {
        const found = quantile === 'p50' ? measured.latency.p50 : measured.latency.p99.value;
        return [
          ...[`${quantile} at ${name}`, msText(predicted[quantile]), msText(found)],
          offText(predicted[quantile], found),
        ];
      });

/** The headline: what it keeps up with, and how surely. */
export function kneeText({ knee, limit, sent, steps }: BenchReport): string {
  const [least] = steps;
  if (least === undefined) return 'No knee was found: nothing was measured';
  if (knee === null) return `No knee was found: ${perSecondText(least.rate ?? 0)} is too much already`;
  const rows = sent.rows > 1 ? ` of ${numberText(sent.rows)} rows` : '';
  const above =
    knee.beyond === null ? 'nothing higher was tried' : `${perSecondText(knee.beyond)} is too much`;
  return `It keeps up with ${short(knee.rate)} requests${rows} a second (${above}): 99 of 100 are answered within ${msText(limit)}`;
}
