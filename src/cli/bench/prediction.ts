import { predictOnline } from '../../advise/capacity/online.ts';
import { usualPlace } from '../../advise/capacity/place.ts';
import { type CalibratingLoad, calibratedCost } from '../../advise/cost/calibrated-cost.ts';
import type { BenchReport, Prediction } from '../../load/report/bench-report.ts';
import type { MachineUse } from '../../load/sweep/send-phase.ts';
import type { SentPhase, SweepResult } from '../../load/sweep/sweep.ts';

/** What is known of a server that was started here. */
export interface PredictedServer {
  readonly rows: number;
  readonly cores: number;
  readonly workers: number | null;
  readonly python: boolean;
}

type Told = Pick<BenchReport, 'prediction' | 'unpredicted'>;

const without = (unpredicted: string): Told => ({ prediction: null, unpredicted });

const LIMITS = {
  loop: 'the event loop',
  threads: 'the scoring threads',
  processes: 'the processes of the model',
  cores: 'the cores, which the client shares',
} as const;

/** What the capacity model expects, by what requests cost in the calibrating loops of the sweep; null of a server that others run. */
export function predictionOf(result: SweepResult<MachineUse>, server: PredictedServer | null): Told {
  if (server === null)
    return without(
      'Nothing is predicted of a server that this command has not started: how many processes and threads it has is not known',
    );
  const [calm, busy] = [loadOf(result.calm), loadOf(result.busy)];
  if (calm === null || busy === null)
    return without('Nothing is predicted: this system does not tell what the threads of a server use');
  const { rows, cores, workers, python } = server;
  const memory = result.busy?.use.server?.memory ?? 0;
  const little = result.steps[0]?.latency.p50 ?? null;
  const online = calibratedCost(calm, busy, { rows, python, memory, little });
  const usual = usualPlace(cores);
  const client = (1000 * result.busy!.clientMillis) / Math.max(1, busy.answers);
  const place = { ...usual, workers: workers ?? usual.workers, client };
  const { saturation } = predictOnline({ online }, place, { rows, rate: 0 });
  const at = (phase: SentPhase<MachineUse> | null): Prediction['half'] => {
    const millis = phase && predictOnline({ online }, place, { rows, rate: phase.rate ?? 0 }).millis;
    return millis && { p50: millis.p50, p99: millis.p99, p999: millis.p999 };
  };
  const prediction: Prediction = {
    source:
      'what a request cost the threads of the server in closed loops of 1 and 8 clients, and how much longer it took under little load',
    ...{ rate: saturation.rate, limit: LIMITS[saturation.limit] },
    ...{ half: at(result.half), nineTenths: at(result.nineTenths) },
  };
  return { prediction, unpredicted: null };
}

function loadOf(phase: SentPhase<MachineUse> | null): CalibratingLoad | null {
  const used = phase?.use.server;
  if (phase === null || phase.ok === 0 || !used) return null;
  const { loop, threads, others, children } = used;
  return { answers: phase.ok, loop, threads, others, children, mean: phase.latency.mean, parts: phase.parts };
}
