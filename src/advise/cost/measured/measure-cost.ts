/** What a model costs, measured on this machine: a real server under load, then a real batch run. */
import { cpus } from 'node:os';
import { LoadClient } from '../../../load/load-client.ts';
import { type BundleManifest, isIsolated, runsWithPython } from '../../../registry/version.ts';
import { inlineBounds } from '../../../serving/http/limits.ts';
import { loopRowMicros } from '../../../serving/prediction/prepared-version.ts';
import type { ModelCost } from '../model-cost.ts';
import { measureBatch } from './batch-run.ts';
import { bodyCount, type CostPoint, measureLoad, useOf } from './measured-load.ts';
import { onlineCostOf, type RoundOfLoads } from './online-fit.ts';
import { type MeasuredSizes, measuredSizes, type SizeBounds } from './sizes.ts';
import { onlyManifest, type Subject, type SubjectCommand, withFolder, withSubject } from './subject.ts';
import { variedBodies, variedRows } from './varied-rows.ts';

export interface CostOptions extends SubjectCommand {
  /** Told what is done, and which share of all of it is. */
  readonly onProgress?: (stage: string, share: number) => void;
  /** Ends the measurement and all that it has started. */
  readonly signal?: AbortSignal;
  /** Told of each load that was measured. */
  readonly onLoad?: (point: CostPoint) => void;
}

const INLINE_MICROS = 2000;
/** What is captured and monitored is a share of requests that falls with their rate (docs/monitoring.md): no cost of each. */
export const UNWATCHED = ['--no-capture'];
const WARM_SECONDS = 1.5;
const ROUNDS = 2;
const SECONDS = 0.5;
/** Of one request after the other. */
const CALM_SECONDS = 0.5;
/** A client rests for so many times what an answer takes: its server is used to a fifth then. */
const RESTS = 4;
/** Single times are to be many enough to tell their spread. */
const RESTED_SECONDS = 1.5;
/** Connections that keep a server busy. */
const CLIENTS = 6;

/**
 * Measures a model in about half a minute: what it takes of processors at two sizes of each kind of request, how much single times
 * spread, memory, the start, and a batch run. Throws MODEL_NOT_MEASURED, and the reason of `signal`.
 */
export const measureCost = (options: CostOptions): Promise<ModelCost> =>
  withFolder((folder) => measureIn(folder, options));

async function measureIn(folder: string, options: CostOptions): Promise<ModelCost> {
  useOf(process.pid);
  const { plimsoll, signal } = options;
  const tell = (stage: string, share: number): void => {
    signal?.throwIfAborted();
    options.onProgress?.(stage, share);
  };
  tell('registering it', 0);
  await withSubject(options, folder, { signal }, () => Promise.resolve());
  const manifest = await onlyManifest(folder);
  tell('starting a server', 0.15);
  const { name, online } = await withSubject({ plimsoll, model: UNWATCHED }, folder, { signal }, (subject) =>
    measureOnline(subject, manifest, { ...options, tell }),
  );
  tell('scoring tables', 0.75);
  const { signature, example, rowMicros, runtime } = manifest;
  const batch = await measureBatch({ plimsoll, folder, name, signature, example, rowMicros }, online.memory);
  tell('done', 1);
  const [cpu] = cpus();
  return {
    ...{ source: 'measured', model: name, runtime },
    machine: { cpu: cpu?.model ?? 'unknown', cores: cpus().length, node: process.version },
    rowBytes: rowBytesOf(manifest),
    ...{ online, batch },
  };
}

const rowBytesOf = ({ example }: BundleManifest): number => {
  const rows = variedRows(example, 20).map((row) => JSON.stringify(row).length + 1);
  return rows.reduce((sum, bytes) => sum + bytes, 0) / rows.length;
};

/** The rows up to which the server scores on its loop (`serving/prediction/decode.ts`), and what it predicts of a row. */
export function sizeBoundsOf(manifest: BundleManifest): SizeBounds {
  const isElsewhere = runsWithPython(manifest) || isIsolated(manifest);
  const predicted = loopRowMicros({ manifest });
  const rowBytes = rowBytesOf(manifest);
  const { inlineBody } = inlineBounds(manifest.signature, {});
  const inBody = (0.97 * inlineBody) / rowBytes;
  const isSlow = predicted > INLINE_MICROS;
  const readRows = isSlow ? 0 : Math.max(0, Math.floor(inBody));
  const loopRows = isElsewhere ? 0 : Math.floor(Math.min(INLINE_MICROS / predicted, readRows));
  const rowMicros = Math.max(predicted, manifest.rowMicros);
  return { loopRows, readRows, rowMicros, rowBytes, away: isElsewhere ? 'processes' : 'threads' };
}

interface OnlineOptions extends Pick<CostOptions, 'onLoad'> {
  readonly tell: (stage: string, share: number) => void;
}

async function measureOnline(
  subject: Subject,
  manifest: BundleManifest,
  { tell, onLoad }: OnlineOptions,
): Promise<{ readonly name: string; readonly online: ModelCost['online'] }> {
  const bounds = sizeBoundsOf(manifest);
  const sizes = measuredSizes(bounds);
  const client = new LoadClient();
  const asked = { subject, client, manifest, rowBytes: bounds.rowBytes };
  try {
    await warmServer(asked, sizes.loop);
    const memory = useOf(subject.pid).memory;
    await warmServer(asked, [...sizes.read, ...sizes.passed]);
    const rounds: RoundOfLoads[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      tell('measuring requests', 0.3 + (0.4 * round) / ROUNDS);
      rounds.push(await measureRound(asked, sizes));
    }
    for (const { calm, rested, busy } of rounds)
      for (const point of [...calm, ...rested, ...busy]) onLoad?.(point);
    const server = { memory, memoryAway: useOf(subject.pid).memory, start: subject.startMillis };
    return { name: subject.name, online: onlineCostOf(rounds, bounds, { ...server, cores: cpus().length }) };
  } finally {
    await client.close();
  }
}

/** Whom requests are sent to, and what they look like. */
export interface Asked {
  readonly subject: Subject;
  readonly client: LoadClient;
  readonly manifest: BundleManifest;
  readonly rowBytes: number;
}

/** Code is compiled, threads are started, and rows that were never seen have been. */
export async function warmServer(
  { subject, client, ...about }: Asked,
  sizes: readonly number[],
): Promise<void> {
  for (const rows of sizes)
    await measureLoad(subject, client, {
      ...requestsOfSize(about, rows),
      clients: CLIENTS,
      seconds: WARM_SECONDS,
    });
}

/** All sizes in turn, so that what else the machine does meets all of them. */
export async function measureRound(
  { subject, client, ...about }: Asked,
  { loop, read, passed }: MeasuredSizes,
  { calmSeconds, restedSeconds, busySeconds } = {
    ...{ calmSeconds: CALM_SECONDS, restedSeconds: RESTED_SECONDS, busySeconds: SECONDS },
  },
): Promise<RoundOfLoads> {
  const [calm, rested, busy]: [CostPoint[], CostPoint[], CostPoint[]] = [[], [], []];
  for (const rows of [...loop, ...read, ...passed]) {
    const requests = requestsOfSize(about, rows);
    const alone = await measureLoad(subject, client, { ...requests, clients: 1, seconds: calmSeconds });
    const rest = Math.max(1, Math.round((RESTS * alone.latency) / 1000));
    calm.push(alone);
    rested.push(
      await measureLoad(subject, client, { ...requests, clients: 1, seconds: restedSeconds, rest }),
    );
    busy.push(await measureLoad(subject, client, { ...requests, clients: CLIENTS, seconds: busySeconds }));
  }
  return { calm, rested, busy };
}

/** Requests of so many rows. */
export const requestsOfSize = (
  { manifest, rowBytes }: Pick<Asked, 'manifest' | 'rowBytes'>,
  rows: number,
): { readonly rows: number; readonly bodies: readonly string[] } => ({
  rows,
  bodies: variedBodies(manifest.example, rows, bodyCount(rows, rowBytes)),
});
