import { FastPathResponse, type PredictionResponse } from '../http/fast-path/response.ts';
import { serverTiming } from '../http/server-timing.ts';
import { type ModelSeries, STAGE } from '../metrics/serving-metrics.ts';
import type { StageTiming } from '../threads/scoring-job.ts';

/** Parts of the headers of an answer. */
export interface ResponseHead {
  /** Constant headers of the version, the content type first: names and values in turn. */
  readonly headers: readonly string[];
  /** The same headers as HTTP lines. */
  readonly lines: string;
  /** Media type, if it is not the protocol's. */
  readonly type: string | null;
  readonly length: number;
  readonly requestId: string;
  readonly timing: StageTiming;
}

/** Writes the head of a prediction; `more` are additional headers: names and values in turn. */
export function writeResponseHead(
  response: PredictionResponse,
  head: ResponseHead,
  more: readonly string[],
): void {
  if (response instanceof FastPathResponse && head.type === null && more.length === 0)
    response.writeLines(200, linesOf(head));
  else response.writeHead(200, [...answerHead(head), ...more]);
}

/** The headers as HTTP lines. They need no validation: each is constant, or was validated when the request came. */
const linesOf = ({ lines, length, requestId, timing }: ResponseHead): string =>
  `${lines}content-length: ${length}\r\nx-request-id: ${requestId}\r\nserver-timing: ${serverTiming(timing)}\r\n`;

/** Response headers of a prediction: names and values in turn. */
const answerHead = ({ headers, type, length, requestId, timing }: ResponseHead): string[] => [
  ...(type === null ? headers : ['content-type', type, ...headers.slice(2)]),
  'content-length',
  String(length),
  'x-request-id',
  requestId,
  'server-timing',
  serverTiming(timing),
];

/** Milliseconds of the stages before scoring. */
export type EarlierStages = Pick<StageTiming, 'queue' | 'preprocess'>;

/** Durations of all stages of an answer that is sent now; the engine was called at `started` and answered at `predicted`. */
export const stageTiming = (
  { queue, preprocess }: EarlierStages,
  started: number,
  predicted: number,
): StageTiming => ({
  queue,
  preprocess,
  predict: predicted - started,
  postprocess: performance.now() - predicted,
});

/** Observes the duration of each stage, and the total. */
export function observeStages(series: ModelSeries, timing: StageTiming, total: number): void {
  series.observe(STAGE.queue, timing.queue);
  series.observe(STAGE.preprocess, timing.preprocess);
  series.observe(STAGE.predict, timing.predict);
  series.observe(STAGE.postprocess, timing.postprocess);
  series.observe(STAGE.total, total);
}
