/** What endpoints are told by. Pure. */

import { bytesText } from '../../text/bytes.ts';
import { countText } from '../../text/count.ts';
import { numberText } from '../../text/numbers.ts';
import type { OnlinePrediction } from '../capacity/online.ts';
import type { ServingPlatform } from '../needs/needs.ts';
import type { ServingSize } from './option.ts';
import type { LatencyOf } from './situation.ts';

const NOUN: Readonly<Record<ServingPlatform, string>> = {
  machine: 'machine',
  kubernetes: 'pod',
  sagemaker: 'instance',
};

/** `2 machines (c5.large)`, `3 pods of 1 core and 340 MB`. */
export function replicasText(
  { most, instance, cores, memory }: ServingSize,
  platform: ServingPlatform,
): string {
  const what =
    instance === null ? `of ${countText(cores, 'core')} and ${bytesText(memory)}` : `(${instance})`;
  return `${countText(most, NOUN[platform])} ${what}`;
}

/** The simulated quantile that stands for one: the next one above. */
export const simulatedAt = (quantile: number): 'p50' | 'p90' | 'p99' | 'p999' =>
  quantile <= 0.5 ? 'p50' : quantile <= 0.9 ? 'p90' : quantile <= 0.99 ? 'p99' : 'p999';

/** Milliseconds by quantile: of those in between, what the next one above takes. */
export const servingLatency =
  ({ millis }: OnlinePrediction): LatencyOf =>
  (quantile) =>
    millis === null ? Infinity : millis[simulatedAt(quantile)];

/** `1.2 M rows`, `310 rows`. */
export const rowsText = (rows: number): string =>
  rows >= 1e6
    ? `${numberText(Number((rows / 1e6).toPrecision(3)))} M rows`
    : countText(Number(Math.max(1, rows).toPrecision(3)), 'row');
