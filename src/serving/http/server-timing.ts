import type { StageTiming } from '../threads/scoring-job.ts';

/** Texts of 0 to 999 µs, the usual durations of a prediction. */
const MICROS: readonly string[] = Array.from({ length: 1000 }, (_, micros) => (micros / 1000).toFixed(3));

/** Milliseconds to the microsecond. */
function text(millis: number): string {
  const micros = Math.round(millis * 1000);
  return MICROS[micros] ?? (micros / 1000).toFixed(3);
}

/** Value of the `server-timing` header (W3C Server Timing): milliseconds of each stage. */
export function serverTiming({ queue, preprocess, predict, postprocess }: StageTiming): string {
  const waited = queue > 0 ? `queue;dur=${text(queue)}, ` : '';
  return `${waited}preprocess;dur=${text(preprocess)}, predict;dur=${text(predict)}, postprocess;dur=${text(postprocess)}`;
}
