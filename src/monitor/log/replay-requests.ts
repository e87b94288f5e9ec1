/** Recorded traffic sent again: at its own pace or a multiple, to whatever answers; what differs and how long it takes. */

import { setTimeout as sleep } from 'node:timers/promises';
import { elementAt } from '../../core/element-at.ts';
import { messageOf } from '../../core/error-text.ts';
import type { Signature } from '../../model/signature.ts';
import { compareGolden } from '../../registry/golden.ts';
import type { PastRequest } from './past-requests.ts';
import { loggedAnswers, requestBodyOf, requireReplayable } from './rebuild-request.ts';

/** Answers by name of the output, as `outputsToJson` gives them; throws where there is none. */
export type PredictFunction = (body: unknown) => Promise<Readonly<Record<string, unknown>>>;

export interface RequestReplayOptions {
  readonly endpoint: string;
  readonly signature: Signature;
  readonly ask: PredictFunction;
  /** Times as fast as it was; 0: one after the other, without a pause. */
  readonly speed: number;
  readonly limit: number;
  /** Under way at once at most. */
  readonly concurrency: number;
  readonly onProgress?: ((requests: number) => void) | undefined;
}

export interface RequestReplayReport {
  readonly requests: number;
  readonly rows: number;
  readonly failed: number;
  /** What the first that failed said. */
  readonly failure: string | null;
  /** Requests with an answer over tolerance (1e-9 relative). */
  readonly different: number;
  readonly outputs: Readonly<
    Record<string, { readonly cells: number; readonly different: number; readonly gap: number }>
  >;
  readonly seconds: number;
  /** Milliseconds, of the answers that were recorded and of those now; null where there are none. */
  readonly latency: { readonly recorded: Quantiles | null; readonly now: Quantiles | null };
}

interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const TOLERANCE = { rtol: 1e-9, atol: 1e-12 };
type Tally = { cells: number; different: number; gap: number };

export async function replayRequests(
  past: AsyncIterable<PastRequest>,
  options: RequestReplayOptions,
): Promise<RequestReplayReport> {
  const { endpoint, signature, ask, speed, limit, concurrency } = options;
  const outputs: Record<string, Tally> = {};
  const [recorded, now]: [number[], number[]] = [[], []];
  const sums = { requests: 0, rows: 0, failed: 0, different: 0 };
  let failure: string | null = null;
  const underWay = new Set<Promise<void>>();
  const began = performance.now();
  let first: number | null = null;

  const one = async (request: PastRequest): Promise<void> => {
    const sent = performance.now();
    try {
      const answers = await ask(requestBodyOf(signature, request.inputs));
      now.push(performance.now() - sent);
      if (differs(answers, loggedAnswers(signature, request.outputs), outputs)) sums.different += 1;
    } catch (error) {
      sums.failed += 1;
      failure ??= messageOf(error);
    }
    options.onProgress?.(sums.requests);
  };

  for await (const request of past) {
    if (sums.requests >= limit) break;
    requireReplayable(endpoint, signature, request.shape);
    first ??= request.at;
    const wait = speed === 0 ? 0 : (request.at - first) / speed - (performance.now() - began);
    if (wait > 0) await sleep(wait);
    while (underWay.size >= concurrency) await Promise.race(underWay);
    sums.requests += 1;
    sums.rows += request.inputs.length;
    if (request.latencyMillis !== null) recorded.push(request.latencyMillis);
    const asking: Promise<void> = one(request).finally(() => underWay.delete(asking));
    underWay.add(asking);
  }
  await Promise.all(underWay);
  const seconds = (performance.now() - began) / 1000;
  return {
    ...sums,
    failure,
    outputs,
    seconds,
    latency: { recorded: quantiles(recorded), now: quantiles(now) },
  };
}

/** Counts cells that differ, by output; outputs that only one side has are left out. */
function differs(
  answers: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
  outputs: Record<string, Tally>,
): boolean {
  let any = false;
  for (const [name, wanted] of Object.entries(expected)) {
    if (!Object.hasOwn(answers, name)) continue;
    const found = compareGolden(answers, { input: null, expected: { [name]: wanted }, tolerance: TOLERANCE });
    outputs[name] ??= { cells: 0, different: 0, gap: 0 };
    const tally = outputs[name];
    tally.cells += found.cells;
    tally.different += found.failures;
    const { left, right } = found.worst ?? {};
    if (typeof left === 'number' && typeof right === 'number')
      tally.gap = Math.max(tally.gap, Math.abs(left - right));
    any ||= found.failures > 0;
  }
  return any;
}

function quantiles(values: readonly number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) =>
    elementAt(sorted, Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1));
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
