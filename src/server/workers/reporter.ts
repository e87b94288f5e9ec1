import { PlimsollError } from '../../core/errors.ts';
import { guarded } from '../../core/guarded.ts';
import type { Logger } from '../../core/ports.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { FleetMetrics } from '../../serving/metrics/exposition.ts';
import { takeMetricsSnapshot } from '../../serving/metrics/metrics-snapshot.ts';
import { loadProcessMetrics } from '../../serving/metrics/process-metrics.ts';
import { ProcessUsageMeter } from '../../serving/metrics/process-usage.ts';
import type { ServingMetrics } from '../../serving/metrics/serving-metrics.ts';
import type { FromWorker, WorkerSettings } from './messages.ts';

const REPORT_MILLIS = 1000;
/** A parent that has not answered a scrape by now does not any more. */
const SCRAPE_MILLIS = 3000;

type Send = (message: FromWorker, sent?: () => void) => void;

/** Tells the parent what its worker counts, and asks it for the sums. */
export class MetricsReporter {
  readonly #settings: WorkerSettings;
  readonly #metrics: ServingMetrics;
  readonly #versions: () => readonly LoadedVersion[];
  readonly #logger: Logger;
  readonly #send: Send;
  readonly #scrapes = new Map<number, (totals: FleetMetrics) => void>();
  readonly #usage = new ProcessUsageMeter();
  #processMetrics: Promise<() => Promise<string>> | null = null;
  #seq = 0;
  #asked = 0;

  constructor(
    settings: WorkerSettings,
    metrics: ServingMetrics,
    versions: () => readonly LoadedVersion[],
    logger: Logger,
    send: Send,
  ) {
    this.#settings = settings;
    this.#versions = versions;
    this.#metrics = metrics;
    this.#logger = logger;
    this.#send = send;
  }

  /** Reports now and every second. */
  start(): void {
    this.report();
    const round = guarded(() => {
      this.#metrics.usage = this.#usage.look();
      this.report();
    });
    setInterval(round, REPORT_MILLIS).unref();
  }

  /** Reports now; calls `sent` once that is on its way. */
  report(sent?: () => void): void {
    const { worker, epoch } = this.#settings;
    const snapshot = takeMetricsSnapshot(this.#metrics, performance.timeOrigin);
    this.#send({ kind: 'report', report: { worker, epoch, seq: ++this.#seq, snapshot } }, sent);
  }

  /** The totals of all workers, as the parent knows them once each has been asked. */
  scrape(): Promise<FleetMetrics> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#scrapes.delete(id);
        const reason = `the other workers did not report within ${SCRAPE_MILLIS} ms`;
        reject(new PlimsollError('INTERNAL', { action: 'the metrics', reason }));
      }, SCRAPE_MILLIS).unref();
      this.#scrapes.set(id, (totals) => {
        clearTimeout(timer);
        resolve(totals);
      });
      this.#send({ kind: 'scrape', id });
    });
  }

  /** The parent's answer to a scrape. */
  settle(id: number, totals: FleetMetrics): void {
    this.#scrapes.get(id)?.(totals);
    this.#scrapes.delete(id);
  }

  /** Requests of an endpoint of late. */
  recent(endpoint: string): readonly RecentRequest[] {
    return this.#metrics.recentRequests(endpoint);
  }

  /** What this process uses, for a scrape; the parent does not wait long for one that fails. */
  async usage(id: number): Promise<void> {
    try {
      this.#processMetrics ??= loadProcessMetrics(this.#versions, {
        worker: String(this.#settings.worker),
      });
      const process = await (await this.#processMetrics)();
      this.report();
      this.#send({ kind: 'usage', id, process });
    } catch (error) {
      this.#processMetrics = null;
      this.#logger.error({ error }, 'the metrics of this process failed');
    }
  }
}
