import { availableParallelism } from 'node:os';
import { shareOf } from '../../config/access.ts';
import type { ModelCounts } from '../../control/fleet/traffic-meter.ts';
import type { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { FleetLoad } from '../../metrics/fleet-load.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import { WorkerSlot } from '../../process/worker-slot.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import { countsOf } from '../fleets/counts.ts';
import { fleetLoadOf } from '../fleets/load.ts';
import { type BoundListener, leave } from './listener.ts';
import {
  type FromWorker,
  type LiveWorker,
  type ToWorker,
  type VersionName,
  type WorkerSettings,
  workerName,
} from './messages.ts';
import { PartsGatherer } from './parts-gatherer.ts';
import { type PublicationFollower, SnapshotPublications } from './publication.ts';
import { CounterTally } from './tally.ts';

export interface WorkerSupervisorOptions
  extends Pick<
    WorkerSettings,
    | 'replica'
    | 'maxBody'
    | 'connections'
    | 'metricsAliases'
    | 'captures'
    | 'access'
    | 'tls'
    | 'controlSocket'
    | 'dataDir'
  > {
  /** How many processes serve. */
  readonly workers: number;
  readonly logger: Logger;
  /** Called with each piece of a part that a worker sends. */
  readonly onPiece?: (piece: WindowPart) => void;
  /** Called when a worker has come, has gone, or has versions loaded. */
  readonly onChange?: () => void;
  /** What each worker runs, instead of a server. */
  readonly entry?: URL | undefined;
  /** When a worker that has been told to stop is killed. @default {35000, after its own limit for what is in flight} */
  readonly closeMillis?: number | undefined;
  /** How often each worker is checked; it is replaced after thirty checks without a word. @default {1000} */
  readonly checkMillis?: number | undefined;
}

/** The workers do not wait longer for one of them to leave the socket. */
const LEAVE_MILLIS = 1000;
const CLOSE_MILLIS = 35_000;

/** A place of a worker, and what the one there has loaded. */
interface Place {
  readonly worker: number;
  readonly slot: WorkerSlot<FromWorker, ToWorker>;
  /** Null as long as it has said nothing of it. */
  loaded: ReadonlySet<VersionName> | null;
}

/**
 * Workers that listen on one socket: starts them and keeps them. This process holds the socket but never accepts, so that
 * a worker's end refuses nobody. They answer from the first snapshot that is published on.
 */
export class WorkerSupervisor {
  readonly #options: WorkerSupervisorOptions;
  readonly #listener: BoundListener;
  readonly #places: readonly Place[];
  readonly #publications: SnapshotPublications;
  readonly #tally = new CounterTally();
  readonly #scrapes = new PartsGatherer<string>();
  readonly #recent = new PartsGatherer<readonly RecentRequest[]>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  #restarts = 0;
  #closing: Promise<void> | null = null;

  constructor(options: WorkerSupervisorOptions, listener: BoundListener) {
    this.#options = options;
    this.#listener = listener;
    this.#places = Array.from({ length: options.workers }, (_, k) => this.#place(k + 1));
    this.#publications = new SnapshotPublications(() => this.#followers());
    for (const { slot } of this.#places) slot.start();
  }

  /** Resolves once all of them answer. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Settles when no worker is left: resolves after `close`, rejects with what keeps workers from starting. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Those that follow: they answer, or will in a moment. */
  get live(): readonly LiveWorker[] {
    const { replica } = this.#options;
    return this.#places.flatMap(({ worker, slot, loaded }) =>
      loaded ? [{ worker: workerName({ replica, worker }), epoch: slot.epoch, loaded: [...loaded] }] : [],
    );
  }

  /** What all of them have counted so far, also those that are gone. */
  get counts(): readonly ModelCounts[] {
    return countsOf(this.#tally.total());
  }

  /** What they have counted, and what they use. */
  get load(): FleetLoad {
    return fleetLoadOf(this.#tally.total());
  }

  /** Requests of an endpoint of late, as those workers have kept them that answer within a second. */
  recent(endpoint: string): Promise<readonly RecentRequest[]> {
    const ready = this.#places.filter(({ slot }) => slot.isReady);
    if (ready.length === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      const id = this.#recent.begin(
        ready.map(({ worker }) => worker),
        (parts) => resolve(parts.flat()),
      );
      for (const { slot } of ready) slot.send({ kind: 'recent', id, endpoint });
    });
  }

  /** Resolves once all that answer follow it. Rejects with what a worker cannot load; nobody follows it then. */
  publish(snapshot: PlaneSnapshot): Promise<void> {
    return this.#publications.publish(snapshot);
  }

  /** Passes on that certificates were renewed: a signal for this process alone reaches none of them. */
  renew(): void {
    for (const { slot } of this.#places) if (slot.isReady) slot.signal('SIGHUP');
  }

  async close(): Promise<void> {
    await this.#stop();
    this.#ended.resolve();
  }

  /** Ends all workers as `close` does, because of `error`. */
  async fail(error: PlimsollError): Promise<void> {
    await this.#stop();
    this.#ended.reject(error);
  }

  #stop(): Promise<void> {
    this.#closing ??= this.#stopAll();
    return this.#closing;
  }

  async #stopAll(): Promise<void> {
    // The workers hold the socket until they have taken what is queued on it.
    leave(this.#listener);
    const late = setTimeout(this.#closeAll, LEAVE_MILLIS);
    await Promise.all(this.#places.map(({ slot }) => slot.stop()));
    clearTimeout(late);
  }

  readonly #closeAll = (): void => {
    for (const { slot } of this.#places) slot.send({ kind: 'close' });
  };

  /** Those that answer; where none does yet, those that are being started. */
  #followers(): PublicationFollower[] {
    const ready = this.#places.filter(({ slot }) => slot.isReady);
    return (ready.length > 0 ? ready : this.#places).map(({ worker, slot, loaded }) => ({
      worker,
      loaded: loaded ?? new Set(),
      tell: (kind: 'prepare' | 'follow', snapshot: PlaneSnapshot): void => {
        if (!slot.tell({ kind, snapshot })) this.#publications.left(worker);
      },
    }));
  }

  #place(worker: number): Place {
    const {
      replica,
      maxBody,
      connections,
      metricsAliases,
      captures,
      controlSocket,
      dataDir,
      workers,
      logger,
      entry,
      tls,
      closeMillis = CLOSE_MILLIS,
      checkMillis,
    } = this.#options;
    const access = { ...this.#options.access, rate: shareOf(this.#options.access.rate, workers) };
    const { host, port, handle } = this.#listener;
    const threads = Math.max(2, Math.ceil((availableParallelism() - 1) / workers));
    const where = { host, port, controlSocket, dataDir };
    const shared = { copies: workers, threads, connections };
    const settings = { worker, replica, maxBody, metricsAliases, captures, access, tls, ...shared, ...where };
    const slot: Place['slot'] = new WorkerSlot({
      name: `worker ${worker}`,
      entry: entry ?? new URL('./serve.child.ts', import.meta.url),
      start: (epoch) => ({
        kind: 'start',
        settings: { ...settings, epoch, snapshot: this.#publications.current },
      }),
      handle,
      onMessage: (message) => this.#hear(place, message),
      onEnd: () => this.#left(place),
      onRestart: (reason, delay) => {
        this.#restarts++;
        logger.warn({ worker, reason, delay }, 'a worker ended: another one is started');
      },
      onGiveUp: (error) => void this.fail(error),
      closeMillis,
      checkMillis,
    });
    const place: Place = { worker, slot, loaded: null };
    return place;
  }

  #hear(place: Place, message: FromWorker): void {
    const { worker } = place;
    if (message.kind === 'ready') this.#joined(place);
    if (message.kind === 'left') this.#sendAway(place);
    if (message.kind === 'report') this.#tally.note(message.report);
    if (message.kind === 'usage') this.#scrapes.part(message.id, worker, message.process);
    if (message.kind === 'recent') this.#recent.part(message.id, worker, message.requests);
    if (message.kind === 'scrape') this.#scrape(place, message.id);
    if (message.kind === 'piece') this.#options.onPiece?.(message.piece);
    if (message.kind === 'unfollowed') this.#publications.settled(worker, message.sequence, message.error);
    if (message.kind === 'followed') {
      place.loaded = new Set(message.loaded);
      // Before the publication is said to be followed.
      this.#options.onChange?.();
      this.#publications.settled(worker, message.sequence, null);
    }
  }

  /** What was published since this worker was started, it has not been told. */
  #joined({ slot }: Place): void {
    const { current } = this.#publications;
    if (current) slot.send({ kind: 'follow', snapshot: current });
    if (this.#places.every((place) => place.slot.isReady)) this.#ready.resolve();
  }

  #left(place: Place): void {
    place.loaded = null;
    this.#tally.end(place.worker);
    this.#scrapes.leave(place.worker);
    this.#recent.leave(place.worker);
    this.#publications.left(place.worker);
    this.#options.onChange?.();
    this.#sendAway(place);
  }

  /** A worker has left the socket: it closes, together with all others where none is to listen any more. */
  #sendAway({ slot }: Place): void {
    if (!this.#closing) slot.send({ kind: 'close' });
    else if (!this.#places.some((place) => place.slot.isListening)) this.#closeAll();
  }

  #scrape(asking: Place, id: number): void {
    const ready = this.#places.filter(({ slot }) => slot.isReady);
    const part = this.#scrapes.begin(
      ready.map(({ worker }) => worker),
      (processes) => {
        const answering = this.#places.filter(({ slot }) => slot.isReady).length;
        const snapshot = this.#tally.total();
        const totals = { snapshot, processes, ready: answering, restarts: this.#restarts };
        asking.slot.send({ kind: 'totals', id, totals });
      },
    );
    for (const { slot } of ready) slot.send({ kind: 'usage', id: part });
  }
}
