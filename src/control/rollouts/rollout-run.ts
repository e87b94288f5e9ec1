/** One rollout that runs: looks at what has happened since the last tick, and has the journal write it down. */
import type { Actor } from '../../core/actor.ts';
import { Backoff } from '../../core/backoff.ts';
import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { SerialQueue } from '../../core/serial-queue.ts';
import { freezeMarks } from '../../rollout/collect/frozen-marks.ts';
import { type StoredWindow, WindowCollector } from '../../rollout/collect/window-collector.ts';
import { windowJson } from '../../rollout/collect/window-json.ts';
import type { Route } from '../../rollout/route.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import { isStoreAway } from '../../store/away.ts';
import type { Fence, RolloutRow, Store } from '../../store/store.ts';
import type { ServingFleet } from '../fleet/fleet.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import type { NewOverride } from '../overrides/route-override.ts';
import type { RolloutCommand } from '../port.ts';
import type { ReplicaGroup } from '../replicas/replica-group.ts';
import { rangeShares } from './actions.ts';
import { AnswerBuffer } from './answer-buffer.ts';
import { rolloutEndpoint } from './apply-route.ts';
import type { FoldedState } from './fold-event.ts';
import type { MaturedOf } from './matured-values.ts';
import { OfflineDecisions, RESUME } from './offline-decisions.ts';
import { STORE_BACKOFF } from './outage-log.ts';
import { type EventDraft, type JournalListener, RolloutJournal } from './rollout-journal.ts';
import { type RolloutSnapshot, rolloutSnapshot } from './rollout-snapshot.ts';
import { isBlankWindow } from './rollout-totals.ts';
import { WindowCloser } from './window-closer.ts';
import { WindowTimeline } from './window-timeline.ts';

export interface RolloutAlert {
  readonly rollout: string;
  readonly endpoint: string;
  readonly message: string;
  readonly at: number;
}

export interface RolloutRunPorts {
  readonly store: Store;
  readonly fleet: Pick<ServingFleet, 'ready'>;
  readonly replicas: Pick<ReplicaGroup, 'ready'>;
  readonly publisher: SnapshotPublisher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maturedOf: MaturedOf;
  readonly onAlert: (alert: RolloutAlert) => void;
  /** Carries out in memory what cannot be written yet. */
  readonly onAhead: (override: NewOverride) => void;
}

/** Longest time without an event, in milliseconds: a machine believes at most an hour between two. */
const HEARTBEAT_INTERVAL_MS = 900_000;
/** Most windows that are closed in one tick: commands come between. */
const CLOSED_A_TICK = 100;
/** Routes whose windows may be open when a rollout is gone on with: more are not flipped within a watermark. */
const ROUTES_READ = 10;

export class RolloutRun implements JournalListener {
  readonly #journal: RolloutJournal;
  readonly #ports: RolloutRunPorts;
  readonly #model: string;
  readonly #collector: WindowCollector;
  readonly #timeline: WindowTimeline;
  readonly #backoff: Backoff;
  readonly #closer: WindowCloser;
  readonly #answers: AnswerBuffer;
  readonly #ahead: OfflineDecisions;
  readonly #turns = new SerialQueue();
  /** What the last tick has come to, worth writing down or not. */
  #said: Pick<FoldedState, 'verdict' | 'reason'>;
  /** Generation of the route that is followed. */
  #generation = -1;
  /** A closed window that is not yet written down. */
  #closed: StoredWindow | null = null;
  #isLoading = false;
  #isFollowed = true;
  #isCutOff = false;

  private constructor(
    journal: RolloutJournal,
    ports: RolloutRunPorts,
    model: string,
    collector: WindowCollector,
  ) {
    this.#journal = journal;
    this.#ports = ports;
    this.#model = model;
    this.#collector = collector;
    this.#timeline = new WindowTimeline(journal.folded.window);
    this.#backoff = new Backoff(STORE_BACKOFF, { clock: ports.clock });
    this.#answers = new AnswerBuffer(journal.row.id);
    this.#closer = new WindowCloser({ ...ports, journal, collector, timeline: this.#timeline });
    this.#ahead = new OfflineDecisions({ journal, collector, timeline: this.#timeline, clock: ports.clock });
    this.#said = journal.folded;
  }

  /** Reads what is known of it. Throws what the store throws, and INTERNAL where its log is empty. */
  static async open(row: RolloutRow, ports: RolloutRunPorts, fence: Fence): Promise<RolloutRun> {
    const endpoint = await rolloutEndpoint(ports.store, row.endpoint);
    let collector: WindowCollector | undefined;
    const journal = await RolloutJournal.read(row, ports, fence, (stored, needs) => {
      collector ??= new WindowCollector(needs, row.id);
      collector.restore([stored]);
    });
    collector ??= new WindowCollector(journal.needs, row.id);
    const run = new RolloutRun(journal, ports, endpoint.model, collector);
    if (endpoint.rollout !== row.id) return run;
    // Windows of the routes before may still be open.
    const { items } = await ports.store.tables.endpoints.history(row.endpoint, { limit: ROUTES_READ });
    for (const { route } of items.toReversed()) run.onRoute(route);
    return run;
  }

  get row(): RolloutRow {
    return this.#journal.row;
  }

  /** Nothing is left to be done, and the last requests under its routes are counted. */
  get isOver(): boolean {
    return this.#journal.isOver && this.#closer.isDone;
  }

  /** Something of it is so already and not written yet. */
  get isAhead(): boolean {
    return this.#journal.isAhead;
  }

  /** Milliseconds after which a piece of a window has come too late. */
  get pieceLife(): number {
    const { window, watermark } = this.#journal.needs;
    return window + watermark;
  }

  get snapshot(): RolloutSnapshot {
    const { row, machine, folded } = this.#journal;
    const { verdict, reason } = this.#said;
    const standing = rolloutSnapshot(row, machine, folded, this.#collector.pieces.late);
    return {
      ...standing,
      verdict,
      reason,
      isFinal: this.isOver,
      ...(this.isAhead ? { durable: false } : {}),
    };
  }

  take(part: WindowPart): void {
    if (this.#collector.take(part, this.#ports.clock.now()) === 'taken') this.#answers.add(part);
  }

  join(worker: string, epoch: number): void {
    this.#collector.join(worker, epoch, this.#ports.clock.now());
  }

  leave(worker: string, epoch: number): void {
    this.#collector.leave(worker, epoch, this.#ports.clock.now());
  }

  onRoute(route: Route): void {
    this.#generation = route.generation;
    if (route.recording?.rollout === this.row.id)
      this.#collector.follow(route.generation, route.recording, rangeShares(route));
  }

  onAlert(message: string): void {
    const { id: rollout, endpoint } = this.row;
    this.#ports.onAlert({ rollout, endpoint, message, at: this.#ports.clock.now() });
  }

  /** For the versions that it compares: those of other endpoints may still be loading. */
  get #isWaiting(): boolean {
    const { candidate, stable } = this.row;
    return this.#isLoading && (this.#readyOf(candidate) < 1 || this.#readyOf(stable) < 1);
  }

  /** Waits with deciding, but for commands, until its versions have been loaded, or could not be. Never rejects. */
  async waitFor(loading: Promise<void>): Promise<void> {
    this.#isLoading = true;
    await loading.catch((error: unknown) => {
      this.#ports.logger.error({ err: error, rollout: this.row.id }, 'Versions could not be published');
    });
    this.#isLoading = false;
  }

  /**
   * Decides on what is due and carries it out; while the store is away, in memory what leads towards stable. Failures are
   * waited out; throws ROLLOUTS_UNOWNED alone.
   */
  tick(): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.isOver && !this.#backoff.isWaiting) await this.#attempt(() => this.#advance());
      if (this.#isCutOff && !this.#isWaiting && !this.#journal.isSettled) this.#goOnAhead();
    });
  }

  /** The store has answered somebody else: what waits need not wait longer. */
  storeIsBack(): void {
    this.#backoff.reset();
  }

  /** A person's word that leads towards stable, while the store is away: it holds when this resolves. */
  obeyAhead(version: number, { by, reason }: Actor): Promise<void> {
    return this.#turns.take(async () => {
      this.#isCutOff = true;
      const draft: EventDraft = { kind: 'command', body: { kind: 'abort', by }, by, why: reason };
      const rests = version === this.row.stable ? {} : { restsOn: version };
      if (!this.#journal.isSettled) this.#journal.recordAhead({ ...draft, ...rests }, this.#timeline);
      this.#said = this.#journal.folded;
    });
  }

  /**
   * A person's word: written down when this resolves, and carried out unless the store or the fleet fails just then.
   * `order`: where it came from another replica.
   */
  command(kind: RolloutCommand, { by, reason }: Actor, order?: string): Promise<void> {
    return this.#obey({ kind: 'command', body: { kind, by }, by, why: reason, order });
  }

  /** Ends the rollout with everybody on `version`, in one change of the route. */
  restOn(version: number, { by, reason }: Actor, order?: string): Promise<void> {
    const body = { kind: 'abort', by };
    return this.#obey({ kind: 'command', body, by, why: reason, order, restsOn: version });
  }

  #obey(draft: EventDraft): Promise<void> {
    return this.#turns.take(async () => {
      if (this.#journal.isSettled) return;
      await this.#journal.record(draft, this.#timeline);
      this.#said = this.#journal.folded;
      await this.#attempt(() => this.#carryOut());
    });
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#backoff.reset();
      this.#isCutOff = false;
    } catch (error) {
      if (isPlimsollError(error) && error.code === 'ROLLOUTS_UNOWNED') throw error;
      this.#isCutOff = isStoreAway(error);
      this.#ports.logger.error({ err: error, rollout: this.row.id }, 'A rollout cannot go on for the moment');
      this.#backoff.fail();
      if (this.#backoff.failures === 1) this.onAlert(`Cannot go on for the moment: ${messageOf(error)}`);
    }
  }

  async #advance(): Promise<void> {
    // All of it before anything is carried out: of several routes the last one counts.
    await this.#journal.catchUp();
    await this.#carryOut();
    if (this.#journal.folded.isCutOff && !this.#journal.isSettled) await this.#record(RESUME);
    if (this.#journal.isOver) await this.#closer.countLast();
    // Marks come before windows are closed: samples are kept in memory, and only as long as their window is open.
    const steps = [this.#reroute, this.#noteReadiness, this.#freeze, this.#closeWindows, this.#tick];
    for (const step of this.#isWaiting ? [] : steps) if (!this.#journal.isSettled) await step.call(this);
    await this.#answers.save(this.#ports.store.tables.feedback);
  }

  #goOnAhead(): void {
    const left = this.#closed;
    this.#closed = null;
    const override = this.#ahead.fold(left);
    this.#said = this.#journal.folded;
    if (override !== null) this.#ports.onAhead(override);
  }

  /** Windows begin anew where somebody else has changed the route, or the clock has jumped. */
  async #reroute(): Promise<void> {
    const { recording, isRouted, row } = this.#journal;
    const endpoint = await rolloutEndpoint(this.#ports.store, row.endpoint);
    if (endpoint.rollout !== row.id) {
      const body = { kind: 'abort', by: 'a change of the endpoint' };
      return this.#record({ kind: 'command', body, restsOn: endpoint.stable });
    }
    const hasJumped = recording !== null && this.#timeline.look(this.#ports.clock, recording);
    if (hasJumped) this.#collector.shift(this.#timeline.drift);
    if (isRouted && (hasJumped || endpoint.generation !== this.#generation))
      await this.#record({ kind: 'tick', body: null, isRerouted: true });
  }

  async #noteReadiness(): Promise<void> {
    const { candidate, stable } = this.row;
    // One replica that lacks a version keeps everybody from getting it, but nobody from being taken back.
    const ready = {
      candidate: this.#ports.replicas.ready(this.#model, candidate, this.#readyOf(candidate)),
      stable: this.#readyOf(stable),
    };
    const before = this.#journal.folded.ready;
    const isNews = ready.candidate > 0 !== before.candidate > 0 || ready.stable > 0 !== before.stable > 0;
    if (!isNews) return;
    for (const version of new Set([candidate, stable])) {
      const failure = this.#ports.publisher.failure(this.#model, version);
      if (failure !== null) this.onAlert(`Version ${version} cannot be loaded: ${failure.message}`);
    }
    await this.#record({ kind: 'ready', body: ready });
  }

  #readyOf(version: number): number {
    const { fleet, publisher } = this.#ports;
    return publisher.failure(this.#model, version) === null ? fleet.ready(this.#model, version) : 0;
  }

  async #freeze(): Promise<void> {
    const { recording, needs } = this.#journal;
    if (recording?.wantsSamples !== true) return;
    const marks = freezeMarks(this.#collector.samples, needs);
    if (marks !== null) await this.#record({ kind: 'baseline', body: marks });
  }

  async #closeWindows(): Promise<void> {
    for (let closed = 0; closed < CLOSED_A_TICK && !this.#journal.isSettled; closed++) {
      this.#closed ??= await this.#closer.next();
      if (this.#closed === null) return;
      const { closed: window, units } = this.#closed;
      if (!isBlankWindow(window)) await this.#record({ kind: 'window', body: windowJson(window), units });
      this.#closed = null;
    }
  }

  /** Time passes: written down only where something follows from it, or nothing was for long. */
  async #tick(): Promise<void> {
    const at = this.#ports.clock.now();
    const { after, hasConsequences } = this.#journal.foresee(at);
    this.#said = after;
    const last = this.#journal.folded.at;
    if (hasConsequences || at < last || at >= last + HEARTBEAT_INTERVAL_MS)
      await this.#record({ kind: 'tick', body: null });
  }

  async #record(draft: EventDraft): Promise<void> {
    await this.#journal.record(draft, this.#timeline);
    this.#said = this.#journal.folded;
    await this.#carryOut();
  }

  async #carryOut(): Promise<void> {
    const unfollowed = await this.#journal.carryOut(this);
    if (unfollowed !== null && this.#isFollowed)
      this.onAlert(`Workers do not follow the route for the moment: ${unfollowed.message}`);
    this.#isFollowed = unfollowed === null;
    if (this.#journal.isOver) this.#closer.end();
  }
}
