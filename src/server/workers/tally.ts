import {
  addCounters,
  addMetricsSnapshot,
  type MetricsSnapshot,
  takeMetricsSnapshot,
} from '../../serving/metrics/metrics-snapshot.ts';
import { ServingMetrics } from '../../serving/metrics/serving-metrics.ts';
import type { WorkerReport } from './messages.ts';

/** Sums what the workers report. No sum of counters is ever smaller than one answered before. */
export class CounterTally {
  /** What workers that are gone had counted. */
  readonly #gone = new ServingMetrics();
  readonly #latest = new Map<number, WorkerReport>();
  /** Epochs up to here are over, by worker. */
  readonly #over = new Map<number, number>();

  /** Takes a report; one that is older than what is known of its worker is ignored. */
  note(report: WorkerReport): void {
    const { worker, epoch, seq } = report;
    if (epoch <= (this.#over.get(worker) ?? -1)) return;
    const known = this.#latest.get(worker);
    if (known && known.epoch < epoch) this.end(worker);
    else if (known && (known.epoch > epoch || known.seq >= seq)) return;
    this.#latest.set(worker, report);
  }

  /** A worker is gone: what it has counted stays, what it held is no more. */
  end(worker: number): void {
    const last = this.#latest.get(worker);
    if (!last) return;
    this.#latest.delete(worker);
    this.#over.set(worker, last.epoch);
    addCounters(this.#gone, last.snapshot);
  }

  total(): MetricsSnapshot {
    const sum = new ServingMetrics();
    addCounters(sum, takeMetricsSnapshot(this.#gone, 0));
    for (const { snapshot } of this.#latest.values()) addMetricsSnapshot(sum, snapshot);
    return takeMetricsSnapshot(sum, 0);
  }
}
