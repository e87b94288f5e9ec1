import type { Timing } from './job.ts';
import { type ModelSeries, STAGE } from './metrics.ts';
import { serverTiming } from './server-timing.ts';

/** What the headers of an answer are made of. */
export interface AnswerHead {
  /** Those of its version that never change, the content type first. */
  readonly headers: readonly string[];
  /** Media type, where it is not the protocol's. */
  readonly type: string | null;
  readonly length: number;
  readonly requestId: string;
  readonly timing: Timing;
}

/** Response headers of a prediction, flat. */
export const answerHead = ({ headers, type, length, requestId, timing }: AnswerHead): string[] => [
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
