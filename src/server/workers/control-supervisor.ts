import type { ModelCounts } from '../../control/fleet/traffic-meter.ts';
import { guarded } from '../../core/guarded.ts';
import type { Logger } from '../../core/ports.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import { toErrorMessage } from '../../process/messages.ts';
import { WorkerSlot } from '../../process/worker-slot.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { ControlSettings } from '../control-settings.ts';
import type { RegistrationProgress } from '../registration.ts';
import type { ServedModel } from '../served.ts';
import type { FromControl, LiveWorker, ToControl } from './messages.ts';

export interface ControlSupervisorOptions {
  readonly settings: ControlSettings;
  readonly logger: Logger;
  /** The workers that answer. */
  readonly live: () => readonly LiveWorker[];
  readonly publish: (snapshot: PlaneSnapshot) => Promise<void>;
  /** What the workers have counted so far. */
  readonly counts: () => readonly ModelCounts[];
  readonly load: () => FleetLoad;
  readonly recent: (endpoint: string) => Promise<readonly RecentRequest[]>;
  readonly onProgress: (progress: RegistrationProgress) => void;
  /** What the control process runs, instead of a control plane. */
  readonly entry?: URL | undefined;
  /** When one that has been told to stop is killed. @default {5000} */
  readonly closeMillis?: number | undefined;
  readonly checkMillis?: number | undefined;
}

const CLOSE_MILLIS = 5000;
/** How often the control process is told what was counted. */
const COUNT_MILLIS = 5000;
/** Pieces on their way to a control process that does not take them; more are dropped, which makes parts missing. */
const MOST_PIECES = 64;

/**
 * The control process beside the workers, kept like them: what it publishes goes to the workers, what they record comes
 * to it. While it is away the workers answer as before, and what they record is lost, for all arms alike. Once it has
 * served it is started again however often that fails.
 */
export class ControlSupervisor {
  readonly #options: ControlSupervisorOptions;
  readonly #slot: WorkerSlot<FromControl, ToControl>;
  readonly #countings: NodeJS.Timeout;
  readonly #ready = Promise.withResolvers<readonly ServedModel[]>();
  #hasServed = false;
  #pieces = 0;

  constructor(options: ControlSupervisorOptions) {
    this.#options = options;
    const { logger } = options;
    this.#slot = new WorkerSlot({
      name: 'the control process',
      entry: options.entry ?? new URL('./control.child.ts', import.meta.url),
      start: () => ({ kind: 'start', settings: this.#settings(), fleet: options.live() }),
      onMessage: (message) => this.#hear(message as FromControl),
      onEnd: () => {
        this.#pieces = 0;
      },
      onRestart: (reason, delay) =>
        logger.warn({ reason, delay }, 'the control process ended: another one is started'),
      onGiveUp: (error) => this.#ready.reject(error),
      isTireless: true,
      closeMillis: options.closeMillis ?? CLOSE_MILLIS,
      checkMillis: options.checkMillis,
    });
    this.#slot.start();
    this.#countings = setInterval(
      guarded(() => this.#slot.send({ kind: 'counts', counts: options.counts(), load: options.load() })),
      COUNT_MILLIS,
    ).unref();
  }

  /** What is served, once the files are registered. Rejects with what keeps the control process from starting. */
  get ready(): Promise<readonly ServedModel[]> {
    return this.#ready.promise;
  }

  /** Hands on what a worker has recorded. */
  piece(piece: WindowPart): void {
    if (this.#pieces >= MOST_PIECES) return;
    const isSent = this.#slot.send({ kind: 'piece', piece }, () => {
      this.#pieces = Math.max(0, this.#pieces - 1);
    });
    if (isSent) this.#pieces++;
  }

  /** Says which workers answer now. */
  fleetChanged(): void {
    this.#slot.tell({ kind: 'fleet', fleet: this.#options.live() });
  }

  async stop(): Promise<void> {
    await this.#slot.stop();
    clearInterval(this.#countings);
  }

  /** Files are registered once: what lies there when a later control process starts was not asked for. */
  #settings(): ControlSettings {
    const { settings } = this.#options;
    return this.#hasServed ? { ...settings, files: [] } : settings;
  }

  #hear(message: FromControl): void {
    if (message.kind === 'ready') {
      this.#hasServed = true;
      this.#ready.resolve(message.models);
    }
    if (message.kind === 'progress') this.#options.onProgress(message.progress);
    if (message.kind === 'recent') void this.#recent(message.id, message.endpoint);
    if (message.kind === 'publish') void this.#publish(message.id, message.snapshot);
  }

  async #recent(id: number, endpoint: string): Promise<void> {
    const { epoch } = this.#slot;
    const requests = await this.#options.recent(endpoint);
    if (epoch === this.#slot.epoch) this.#slot.tell({ kind: 'recent', id, requests });
  }

  async #publish(id: number, snapshot: PlaneSnapshot): Promise<void> {
    const { epoch } = this.#slot;
    const error = await this.#options.publish(snapshot).then(() => null, toErrorMessage);
    // Another control process has asked for nothing yet.
    if (epoch === this.#slot.epoch) this.#slot.tell({ kind: 'published', id, error });
  }
}
