/** Reads the counts that were kept in a process of its own: whoever answers others is not held by it. */
import { PlimsollError } from '../../core/errors.ts';
import type { FeatureHistory, HistoryRequest } from '../../monitor/kept/feature-history.ts';
import type { PolicyReplay, PolicyReplayRequest } from '../../monitor/kept/policy-replay.ts';
import type { ReplayProgress } from '../../monitor/kept/view-schemas.ts';
import type { KeptCounts, KnownEndpoint } from '../../monitor/local-options.ts';
import type { DriftView } from '../../monitor/port.ts';
import { runChildJob } from '../../process/child-job.ts';

export interface DriftRequest {
  readonly endpoint: string;
  readonly known: KnownEndpoint;
  readonly query: Parameters<KeptCounts['drift']>[1];
}

/** How the features of an endpoint stand, and how many are watched. */
export interface SeenDrift {
  readonly view: DriftView;
  readonly features: number;
}

/** What the process is asked for. */
export interface KeptRequest {
  /** Of the database of monitoring. */
  readonly url: string;
  readonly work:
    | { readonly kind: 'history'; readonly request: HistoryRequest }
    | { readonly kind: 'replay'; readonly request: PolicyReplayRequest }
    | { readonly kind: 'drift'; readonly request: DriftRequest };
  /** After which it stops with what there is. */
  readonly limitMillis: number;
}

/** At once, of either kind. */
const MOST = { history: 4, replay: 1, drift: 8 } as const;
const LIMIT_MILLIS = { history: 20_000, replay: 60_000, drift: 30_000 } as const;
/** How so many features stand by what is remembered is told within milliseconds, where it is asked: half of one each. */
const FEW_FEATURES = 24;
/** For its start, and to tell what it has. */
const GRACE_MILLIS = 15_000;
const HEAP_MEGABYTES = 512;
const MEMORY_BYTES = 2 * 2 ** 30;

/** `here`: tells how few features stand, in this process. */
export function keptCountsOf(url: string, here: KeptCounts['drift']): KeptCounts {
  const running = { history: 0, replay: 0, drift: 0 };
  const widths = new Map<string, number>();
  /** Several pages ask the same. */
  const asked = new Map<string, Promise<SeenDrift>>();
  const run = async <T>(
    work: KeptRequest['work'],
    hear: (progress: ReplayProgress) => void,
    signal?: AbortSignal,
  ): Promise<T> => {
    const { kind, request } = work;
    const limit = MOST[kind];
    if (running[kind] >= limit) {
      const what = kind === 'replay' ? 'replays of policies' : 'readings of what was counted';
      throw new PlimsollError('OVERLOADED', { found: running[kind] + 1, what, limit, retry: 10 });
    }
    const limitMillis = LIMIT_MILLIS[kind];
    const failed = (reason: string): PlimsollError =>
      new PlimsollError('KEPT_TIMEOUT', { endpoint: request.endpoint, reason });
    running[kind] += 1;
    try {
      signal?.throwIfAborted();
      return await runChildJob<T, ReplayProgress>({
        entry: new URL('./kept.child.ts', import.meta.url),
        execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
        memoryBytes: MEMORY_BYTES,
        request: { url, work, limitMillis } satisfies KeptRequest,
        limitMillis: limitMillis + GRACE_MILLIS,
        ...(signal === undefined ? {} : { signal }),
        late: () => failed(`it takes longer than ${(limitMillis + GRACE_MILLIS) / 1000} s`),
        ended: (reason) => failed(`the process that reads it ended: ${reason}`),
        hear,
      });
    } finally {
      running[kind] -= 1;
    }
  };
  const driftOf = async (
    known: KnownEndpoint,
    query: Parameters<KeptCounts['drift']>[1],
  ): Promise<DriftView> => {
    const name = `${known.model}@${query.version ?? known.stable}`;
    // Of some hours the counts are read, however few the features are.
    const isRemembered = query.hours === undefined;
    if (isRemembered && (widths.get(name) ?? Number.POSITIVE_INFINITY) <= FEW_FEATURES) {
      const view = await here(known, query);
      // A reference may have come since, or another one.
      widths.set(name, Math.max(widths.get(name) ?? 0, view.matching));
      return view;
    }
    const key = JSON.stringify([known, query]);
    const request = { endpoint: known.name, known, query };
    const seen =
      asked.get(key) ??
      run<SeenDrift>({ kind: 'drift', request }, () => undefined).finally(() => asked.delete(key));
    asked.set(key, seen);
    const { view, features } = await seen;
    widths.set(name, features);
    return view;
  };
  return {
    drift: driftOf,
    history: (request) => run<FeatureHistory | null>({ kind: 'history', request }, () => undefined),
    replay: (request, { onProgress, signal }) =>
      run<PolicyReplay>({ kind: 'replay', request }, onProgress, signal),
  };
}
