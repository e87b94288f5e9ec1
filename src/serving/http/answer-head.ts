import type { Timing } from './job.ts';
import { type ModelSeries, STAGE } from './metrics.ts';
import { serverTiming } from './server-timing.ts';
import { type PredictionResponse, WholeResponse } from './whole-response.ts';

/** What the headers of an answer are made of. */
export interface AnswerHead {
  /** Those of its version that never change, the content type first. */
  readonly headers: readonly string[];
  /** The same as lines. */
  readonly lines: string;
  /** Media type, where it is not the protocol's. */
  readonly type: string | null;
  readonly length: number;
  readonly requestId: string;
  readonly timing: Timing;
}

/** Writes the head of a prediction; `more` are headers beside, flat. */
export function writeAnswerHead(
  response: PredictionResponse,
  head: AnswerHead,
  more: readonly string[],
): void {
  if (response instanceof WholeResponse && head.type === null && more.length === 0)
    response.writeLines(200, linesOf(head));
  else response.writeHead(200, [...answerHead(head), ...more]);
}

/** The same headers as lines, which need no second look: each is ours or was looked at when it came. */
const linesOf = ({ lines, length, requestId, timing }: AnswerHead): string =>
  `${lines}content-length: ${length}\r\nx-request-id: ${requestId}\r\nserver-timing: ${serverTiming(timing)}\r\n`;

/** Response headers of a prediction, flat. */
const answerHead = ({ headers, type, length, requestId, timing }: AnswerHead): string[] => [
  ...(type === null ? headers : ['content-type', type, ...headers.slice(2)]),
  'content-length',
  String(length),
  'x-request-id',
  requestId,
  'server-timing',
  serverTiming(timing),
];

/** What it took until rows were there to be scored. */
export type Before = Pick<Timing, 'queue' | 'preprocess'>;

/** Stages of an answer that is written now, by when its outputs were asked for and when they were there. */
export const timingOf = (before: Before, started: number, predicted: number): Timing => ({
  ...before,
  predict: predicted - started,
  postprocess: performance.now() - predicted,
});

/** Counts how long each stage of an answer took, and all of them. */
export function observeStages(series: ModelSeries, timing: Timing, total: number): void {
  series.observe(STAGE.queue, timing.queue);
  series.observe(STAGE.preprocess, timing.preprocess);
  series.observe(STAGE.predict, timing.predict);
  series.observe(STAGE.postprocess, timing.postprocess);
  series.observe(STAGE.total, total);
}
