import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { readResponse, sendRequest } from '../../http/client.ts';
import type { CounterSample } from './counter-deltas.ts';
import type { MetricSource } from './metric-source.ts';

const TIMEOUT_MILLIS = 10_000;
/** Largest answer that is taken: thousands of pods are far below. */
const ANSWER_MAX = 64 * 2 ** 20;

/** Counters as a Prometheus keeps them, over its HTTP API (`/api/v1/query`, prometheus.io/docs/prometheus/latest/querying/api). */
export function prometheusSource(url: string): MetricSource {
  const id = `prometheus:${url}`;
  const asked = async (
    model: string,
    at: number,
    over: (selector: string) => string,
  ): Promise<CounterSample[]> => {
    const name = JSON.stringify(model);
    const [requests, durations] = await Promise.all([
      query(url, over(`inference_requests_total{model_name=${name}}`), at),
      query(url, over(`inference_request_duration_seconds_bucket{model_name=${name},stage="total"}`), at),
    ]);
    return [...requests, ...durations].flatMap(sampleOf);
  };
  return {
    id,
    counters: (model, at) => asked(model, at, (selector) => selector),
    seriesUntil: async (model, at) => {
      const samples = await asked(model, at, (selector) => `last_over_time(${selector}[1d])`);
      return new Set(samples.map(({ series }) => series));
    },
  };
}

interface Vector {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

async function query(url: string, text: string, at: number): Promise<readonly Vector[]> {
  const asked = new URL(`${url.replace(/\/+$/, '')}/api/v1/query`);
  asked.searchParams.set('query', text);
  asked.searchParams.set('time', String(at / 1000));
  try {
    const answer = await sendRequest(asked, { signal: AbortSignal.timeout(TIMEOUT_MILLIS) });
    if (answer.headers.location !== undefined) throw new Error('it redirects to somewhere else');
    return vectorIn(JSON.parse(String(await readResponse(answer, ANSWER_MAX))));
  } catch (error) {
    throw new PlimsollError(
      'EVIDENCE_UNREACHABLE',
      { source: url, reason: reasonOf(error) },
      { cause: error },
    );
  }
}

const reasonOf = (error: unknown): string => {
  const message = messageOf(error);
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : message;
};

function vectorIn(answer: unknown): readonly Vector[] {
  const { status, error, data } = isRecord(answer) ? answer : {};
  if (status !== 'success')
    throw new Error(typeof error === 'string' ? error : 'it answers no Prometheus query');
  const { resultType, result } = isRecord(data) ? data : {};
  if (resultType !== 'vector' || !Array.isArray(result)) throw new Error('it answers no vector');
  return result as readonly Vector[];
}

/** A series without a version, or with a value that is no count, is not ours. */
function sampleOf({ metric, value }: Vector): CounterSample[] {
  // A function over a series may lose its name, which its other labels make up for.
  const { __name__: _name, ...labels } = metric;
  const { model_version: version, outcome, le } = labels;
  const count = Number(value?.[1]);
  if (!/^[1-9]\d*$/.test(version ?? '') || !Number.isFinite(count) || count < 0) return [];
  const series = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (outcome !== undefined) return [{ series, version: Number(version), kind: { outcome }, value: count }];
  const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
  return Number.isNaN(bound) ? [] : [{ series, version: Number(version), kind: { bound }, value: count }];
}
