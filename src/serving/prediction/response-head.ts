import { FastPathResponse, type PredictionResponse } from '../http/fast-path/response.ts';
import { serverTiming } from '../http/server-timing.ts';
import { type ModelSeries, STAGE } from '../metrics/serving-metrics.ts';
import type { StageTiming } from '../threads/scoring-job.ts';

/** What the headers of an answer are made of. */
export interface ResponseHead {
  /** Those of its version that never change, the content type first. */
  readonly headers: readonly string[];
  /** The same as lines. */
  readonly lines: string;
  /** Media type, where it is not the protocol's. */
  readonly type: string | null;
  readonly length: number;
  readonly requestId: string;
  readonly timing: StageTiming;
}

/** Writes the head of a prediction; `more` are headers beside, flat. */
export function writeResponseHead(
  response: PredictionResponse,
  head: ResponseHead,
  more: readonly string[],
): void {
  if (response instanceof FastPathResponse && head.type === null && more.length === 0)
    response.writeLines(200, linesOf(head));
  else response.writeHead(200, [...answerHead(head), ...more]);
}

/** The same headers as lines, which need no second look: each is ours or was looked at when it came. */
const linesOf = ({ lines, length, requestId, timing }: ResponseHead): string =>
  `${lines}content-length: ${length}\r\nx-request-id: ${requestId}\r\nserver-timing: ${serverTiming(timing)}\r\n`;

/** Response headers of a prediction, flat. */
const answerHead = ({ headers, type, length, requestId, timing }: ResponseHead): string[] => [
  ...(type === null ? headers : ['content-type', type, ...headers.slice(2)]),
  'content-length',
  String(length),
  'x-request-id',
  requestId,
  'server-timing',
  serverTiming(timing),
];

/** What it took until rows were there to be scored. */
export type EarlierStages = Pick<StageTiming, 'queue' | 'preprocess'>;

/** Stages of an answer that is written now, by when its outputs were asked for and when they were there. */
export const stageTiming = (before: EarlierStages, started: number, predicted: number): StageTiming => ({
  ...before,
  predict: predicted - started,
  postprocess: performance.now() - predicted,
});

/** Counts how long each stage of an answer took, and all of them. */
export function observeStages(series: ModelSeries, timing: StageTiming, total: number): void {
  series.observe(STAGE.queue, timing.queue);
  series.observe(STAGE.preprocess, timing.preprocess);
  series.observe(STAGE.predict, timing.predict);
  series.observe(STAGE.postprocess, timing.postprocess);
  series.observe(STAGE.total, total);
}
