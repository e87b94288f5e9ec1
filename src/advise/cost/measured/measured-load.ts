/** Requests of one size, and what each of them took of processors. */
import type { LoadClient } from '../../../load/load-client.ts';
import { type ServerUse, serverUse, useBetween } from '../../../load/machine/processor-times.ts';
import { notMeasured, type Subject } from './subject.ts';

/** One measurement of requests of one size. */
export interface CostPoint {
  readonly rows: number;
  /** Requests a second. */
  readonly rate: number;
  /** Microseconds of each request. */
  readonly each: Pick<ServerUse, 'loop' | 'threads' | 'others' | 'children'>;
  /** The client's. */
  readonly client: number;
  /** Mean latency in microseconds, and latencies at even steps of probability in milliseconds. */
  readonly latency: number;
  readonly parts: readonly number[];
}

/** What a process and all that it has started use. Throws MODEL_NOT_MEASURED where the system does not tell it. */
export function useOf(pid: number): ServerUse {
  const use = serverUse([pid]);
  if (use === null) throw notMeasured('this system does not tell the processor time of threads');
  return use;
}

const PATIENCE_MILLIS = 30_000;
const BODIES_BYTES = 4 << 20;
const BODIES_MOST = 64;

/** How many different bodies are sent: as many as fit in a few megabytes. */
export const bodyCount = (rows: number, rowBytes: number): number =>
  Math.max(2, Math.min(BODIES_MOST, Math.floor(BODIES_BYTES / (rows * rowBytes))));

/** Sends requests one after the other over `clients` connections for some seconds, with `rest` milliseconds between them. Throws MODEL_NOT_MEASURED where any is refused. */
export async function measureLoad(
  { pid, port, name }: Subject,
  client: LoadClient,
  {
    rows,
    bodies,
    clients,
    seconds,
    rest = 0,
  }: { rows: number; bodies: readonly string[]; clients: number; seconds: number; rest?: number },
): Promise<CostPoint> {
  const before = useOf(pid);
  const [outcome] = await client.run({
    target: { host: '127.0.0.1', port, isSecure: false },
    request: {
      ...{ method: 'POST', path: `/models/${encodeURIComponent(name)}/predict`, bodies },
      headers: { 'content-type': 'application/json' },
    },
    ...{ connections: clients, patience: PATIENCE_MILLIS, seed: 1 },
    phases: [{ name: 'measure', rate: null, seconds, clients, rest }],
  });
  const { ok, failed, bodies: refusals, latency, parts, seconds: took, clientMillis } = outcome!;
  if (ok === 0 || Object.keys(failed).length > 0) {
    const [status, answer] = Object.entries(refusals)[0] ?? [Object.keys(failed)[0] ?? 'nothing', ''];
    throw notMeasured(`a request of ${rows} rows was answered ${status}: ${answer.slice(0, 200)}`);
  }
  const used = useBetween(before, useOf(pid));
  const share = (millis: number): number => (1000 * millis) / ok;
  return {
    rows,
    rate: ok / took,
    each: {
      ...{ loop: share(used.loop), threads: share(used.threads) },
      ...{ others: share(used.others), children: share(used.children) },
    },
    client: (1000 * clientMillis) / ok,
    latency: 1000 * latency.mean,
    parts,
  };
}
