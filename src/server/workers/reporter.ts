import { PlimsollError } from '../../core/errors.ts';
import { guarded } from '../../core/guarded.ts';
import type { Logger } from '../../core/ports.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import type { Totals } from '../../serving/http/exposition.ts';
import type { Metrics } from '../../serving/http/metrics.ts';
import { loadProcessMetrics } from '../../serving/http/process-metrics.ts';
import { takeSnapshot } from '../../serving/http/snapshot.ts';
import { UsageMeter } from '../../serving/http/usage.ts';
import type { FromWorker, WorkerSettings } from './messages.ts';

const REPORT_MILLIS = 1000;
/** A parent that has not answered a scrape by now does not any more. */
const SCRAPE_MILLIS = 3000;

type Send = (message: FromWorker, sent?: () => void) => void;

/** Tells the parent what its worker counts, and asks it for the sums. */
export class Reporter {
  readonly #settings: WorkerSettings;
  readonly #metrics: Metrics;
  readonly #versions: () => readonly LoadedVersion[];
  readonly #logger: Logger;
  readonly #send: Send;
  readonly #scrapes = new Map<number, (totals: Totals) => void>();
  readonly #usage = new UsageMeter();
  #processMetrics: Promise<() => Promise<string>> | null = null;
  #seq = 0;
  #asked = 0;

  constructor(
    settings: WorkerSettings,
    metrics: Metrics,
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
    const snapshot = takeSnapshot(this.#metrics, performance.timeOrigin);
    this.#send({ kind: 'report', report: { worker, epoch, seq: ++this.#seq, snapshot } }, sent);
  }

  /** The totals of all workers, as the parent knows them once each has been asked. */
  scrape(): Promise<Totals> {
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
  settle(id: number, totals: Totals): void {
    this.#scrapes.get(id)?.(totals);
    this.#scrapes.delete(id);
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
