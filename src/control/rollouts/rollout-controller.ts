/** Runs the rollouts of a store: takes ownership, goes on with what runs, decides in ticks, obeys commands. */
import type { Actor } from '../../core/actor.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import { isStoreAway, orKnown } from '../../store/away.ts';
import type { Fence, RolloutRow } from '../../store/store.ts';
import type { FleetChange, ServingFleet } from '../fleet/fleet.ts';
import { RouteFollower } from '../fleet/route-follower.ts';
import type { NewOverride, RouteOverride } from '../overrides/route-override.ts';
import type { RouteOverrides } from '../overrides/route-overrides.ts';
import type { RolloutCommand } from '../port.ts';
import type { ReplicaCommand } from '../replicas/replica-commands.ts';
import type { ReplicaDuty, ReplicaGroup } from '../replicas/replica-group.ts';
import { rolloutEndpoint } from './apply-route.ts';
import { beginRollout } from './begin-rollout.ts';
import { withFleetTimeout } from './fleet-timeout.ts';
import type { IntervalScheduler } from './interval-scheduler.ts';
import { OrphanedRollouts } from './orphaned-rollouts.ts';
import { OutageLog } from './outage-log.ts';
import { OwnershipLease } from './ownership-lease.ts';
import { foldLog } from './rollout-log.ts';
import { RolloutOverrides } from './rollout-overrides.ts';
import { RolloutRun, type RolloutRunPorts } from './rollout-run.ts';
import { type RolloutSnapshot, rolloutSnapshot } from './rollout-snapshot.ts';
import { machineOf } from './strategy-machines.ts';

export interface RolloutControllerPorts extends Omit<RolloutRunPorts, 'fleet' | 'onAhead'> {
  readonly fleet: ServingFleet;
  readonly overrides: RouteOverrides;
  /** The others that share the store. */
  readonly replicas: ReplicaGroup;
  readonly every: IntervalScheduler;
  /**
   * Name of this process among those that share the store. It stays the same over restarts where a lock keeps others out:
   * no restart waits for the time of the one before to run out.
   */
  readonly holder: string;
}

/** Milliseconds between two ticks. */
const TICK = 200;
/** Longest time, in milliseconds, that a start waits for versions to be loaded before it answers. */
const LOADING_MAX = 5000;
/** Longest time, in milliseconds, that a tick waits for a store that is away. */
const ASKING_MAX = 50;
/** Most ended rollouts whose standing is kept in memory. */
const ENDED_KEPT = 200;

export class RolloutController {
  readonly #ports: RolloutControllerPorts & RolloutRunPorts;
  readonly #ownership: OwnershipLease;
  readonly #outage: OutageLog;
  readonly #overriding: RolloutOverrides;
  readonly #following: RouteFollower;
  readonly #runs = new Map<string, RolloutRun>();
  readonly #opening = new Map<string, Promise<RolloutRun>>();
  /** Of rollouts that another server decides on, while the store is away. */
  readonly #lookouts: OrphanedRollouts;
  readonly #workers = new Map<string, FleetChange>();
  readonly #ended = new Map<string, RolloutSnapshot>();
  #token: number | null = null;
  /** Since the store was asked in vain, until it has answered. */
  #isAway = false;
  #asking: Promise<void> | null = null;
  #end: () => Promise<void> = () => Promise.resolve();

  constructor(ports: RolloutControllerPorts) {
    const { fleet, replicas } = ports;
    this.#ports = { ...ports, onAhead: (override) => void this.#overriding.flip(override) };
    this.#ownership = new OwnershipLease(ports);
    this.#overriding = new RolloutOverrides({ ...ports, runs: this.#runs, obey: (order) => this.#do(order) });
    this.#lookouts = new OrphanedRollouts(this.#ports);
    const { logger } = ports;
    const begins = 'Rollouts cannot go on for the moment';
    this.#outage = new OutageLog({ logger, begins, ends: 'Rollouts go on again' });
    this.#following = new RouteFollower(ports);
    fleet.onPart((part) => this.#take(part));
    fleet.onChange((change) => this.#changed(change));
    replicas.listen({
      onPart: (part) => this.#runs.get(part.rollout)?.take(part),
      onChange: (change) => this.#changed(change),
      onOrder: (order, id) => this.#carryOut(order, id),
    });
  }

  /** Takes ownership if it is free, goes on with what runs, and ticks from then on. Throws what the store throws. */
  async start(): Promise<void> {
    this.#following.start();
    await this.tick();
    this.#end = this.#ports.every(TICK, () => this.tick());
  }

  /** Ends ticking, lets what is under way come to its end, and gives up ownership. Rollouts go on at the next start. */
  async stop(): Promise<void> {
    await this.#end();
    await this.#asking;
    await this.#following.stop();
    this.#runs.clear();
    await this.#ports.replicas.leave();
    await this.#ownership.release();
  }

  /** Whether this process decides. */
  get isOwner(): boolean {
    return this.#ownership.fence !== null;
  }

  /** Never throws: what fails is tried again at the next tick. Rollouts that run here go on also without the store. */
  async tick(): Promise<void> {
    const asking = this.#ask();
    // One that is away may take its time to say so: nobody waits for that long.
    await (this.#isAway ? withFleetTimeout(ASKING_MAX, asking).catch(ignoreSlow) : asking);
    await this.#attempt(async () => {
      await Promise.all([...this.#runs.values()].map((run) => this.#tickRun(run)));
    });
    if (this.#isAway && !this.isOwner) this.#lookouts.look(this.#workers.values());
    else if (!this.#isAway) await this.#attempt(() => this.#overriding.settle());
    this.#following.look();
  }

  /** Keeps the ownership and goes on with what is not known here; once at a time. */
  #ask(): Promise<void> {
    this.#asking ??= this.#attempt(async () => {
      const isAsked = await this.#ownership.keep();
      await this.#ports.replicas.tick(this.#duty);
      if (!isAsked) return;
      await this.#resume();
      this.#worked();
    }).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#isAway && isStoreAway(error)) {
        this.#isAway = true;
        // That it is back is seen by what is written into it.
        this.#ownership.askAgain();
      }
      this.#outage.failed(error);
    }
  }

  #worked(): void {
    this.#outage.worked();
    if (this.#isAway) for (const run of this.#runs.values()) run.storeIsBack();
    this.#isAway = false;
    this.#lookouts.clear();
  }

  /**
   * Starts a rollout: once this resolves it is written down, and either decided upon or still loading. Throws
   * POLICY_INVALID, ROLLOUT_REFUSED where one runs already, ROLLOUTS_UNOWNED. Here, as in what follows, another replica
   * that owns the rollouts is asked to do it.
   */
  begin(row: RolloutRow): Promise<void> {
    return this.#do({ kind: 'begin', row });
  }

  /** Throws ROLLOUT_NOT_FOUND, ROLLOUTS_UNOWNED; a rollout that is over stays as it is. */
  command(rollout: string, command: RolloutCommand, actor: Actor): Promise<void> {
    const doing = this.#do({ kind: 'command', rollout, command, actor });
    return command === 'abort' ? this.#overriding.orAhead(doing, { rollout, actor }) : doing;
  }

  /** Ends a rollout with everybody on `version`. Throws as `command` does, and why `version` cannot be loaded. */
  restOn(rollout: string, version: number, actor: Actor): Promise<void> {
    const doing = this.#do({ kind: 'rest', rollout, version, actor });
    return this.#overriding.orAhead(doing, { rollout, version, actor });
  }

  /** Has everybody on another version at once, though that cannot be written yet. Throws as `RolloutOverrides` does. */
  override(override: NewOverride): Promise<void> {
    return this.#overriding.override(override);
  }

  #do(order: ReplicaCommand): Promise<void> {
    return this.isOwner ? this.#carryOut(order) : this.#ports.replicas.sendCommand(order);
  }

  /** `id`: of the order, where another replica gave it. */
  async #carryOut(order: ReplicaCommand, id?: string): Promise<void> {
    if (order.kind === 'begin') return this.#begin(order.row, id);
    const { rollout, actor } = order;
    if (order.kind === 'command') return this.#obey(rollout, (run) => run.command(order.command, actor, id));
    const { endpoint } = await this.#row(rollout);
    const { model } = await rolloutEndpoint(this.#ports.store, endpoint);
    await this.#ports.publisher.ensure(model, order.version);
    await this.#obey(rollout, (run) => run.restOn(order.version, actor, id));
  }

  async #begin(row: RolloutRow, order?: string): Promise<void> {
    const fence = this.#fenceOf();
    await beginRollout(this.#ports, row, fence, order);
    const run = await this.#open(row, fence);
    const loaded = run.waitFor(this.#ports.publisher.publish()).then(() => this.#tickRun(run));
    await withFleetTimeout(LOADING_MAX, loaded).catch(ignoreSlow);
  }

  /** The override that holds over the route of an endpoint, or null. */
  overrideOf(endpoint: string): RouteOverride | null {
    return this.#ports.overrides.of(endpoint);
  }

  /** Of a rollout that runs or has run. Throws ROLLOUT_NOT_FOUND. */
  async snapshot(id: string): Promise<RolloutSnapshot> {
    const run = this.#runs.get(id);
    const rowOf = (known: RolloutRow) =>
      orKnown(
        () => this.#row(id),
        () => known,
      );
    if (run !== undefined) return { ...run.snapshot, row: await rowOf(run.row) };
    const ended = this.#ended.get(id);
    if (ended !== undefined) return ended;
    return orKnown(
      () => this.#standingOf(id),
      () => this.#overriding.snapshots(id),
    );
  }

  async #standingOf(id: string): Promise<RolloutSnapshot> {
    const row = await this.#row(id);
    const machine = machineOf(row.strategy);
    const standing = rolloutSnapshot(row, machine, await foldLog(this.#ports.store, machine, row));
    if (row.endedAt !== null) this.#keep(standing);
    return standing;
  }

  async #obey(id: string, order: (run: RolloutRun) => Promise<void>): Promise<void> {
    const fence = this.#fenceOf();
    const row = await this.#row(id);
    if (row.endedAt !== null) return;
    const run = await this.#open(row, fence);
    try {
      await order(run);
    } catch (error) {
      // Whether it was written is not known, unless somebody can be asked.
      if (!isStoreAway(error)) this.#readAgain(run);
      throw error;
    }
    this.#forget(run);
  }

  async #row(id: string): Promise<RolloutRow> {
    const row = await this.#ports.store.tables.rollouts.get(id);
    if (row === null) throw new PlimsollError('ROLLOUT_NOT_FOUND', { id, found: 'there is none of that id' });
    return row;
  }

  #fenceOf(): Fence {
    const { fence } = this.#ownership;
    if (fence !== null) return fence;
    throw new PlimsollError('ROLLOUTS_UNOWNED', { reason: 'another one owns them' });
  }

  /** Rollouts that run and are not yet known here, all of them after a change of ownership. */
  async #resume(): Promise<void> {
    const { fence } = this.#ownership;
    if (fence?.token !== this.#token) this.#runs.clear();
    this.#token = fence?.token ?? null;
    if (fence === null) return;
    // The publisher says which are damaged: their routes stay as they are.
    const { items } = await this.#ports.store.tables.rollouts.running();
    const unknown = items.filter(({ id }) => !this.#runs.has(id));
    if (unknown.length === 0) return;
    const loading = this.#ports.publisher.publish();
    const waiting = unknown.map((row) =>
      this.#open(row, fence).then((run) => run.waitFor(loading), this.#report),
    );
    await withFleetTimeout(LOADING_MAX, Promise.all(waiting)).catch(ignoreSlow);
  }

  readonly #report = (error: unknown): void =>
    this.#ports.logger.error({ err: error }, 'A rollout cannot be gone on with for the moment');

  /** One run a rollout, also where it is asked for twice while its log is being read. */
  #open(row: RolloutRow, fence: Fence): Promise<RolloutRun> {
    const known = this.#runs.get(row.id);
    if (known !== undefined) return Promise.resolve(known);
    const opening = this.#opening.get(row.id) ?? this.#read(row, fence);
    this.#opening.set(row.id, opening);
    return opening;
  }

  async #read(row: RolloutRow, fence: Fence): Promise<RolloutRun> {
    try {
      const run = await RolloutRun.open(row, this.#ports, fence);
      for (const { worker, epoch } of this.#workers.values()) run.join(worker, epoch);
      this.#runs.set(row.id, run);
      return run;
    } finally {
      this.#opening.delete(row.id);
    }
  }

  /** Somebody else may have taken over, or written into this log before the fence was lost: it is read again then. */
  async #tickRun(run: RolloutRun): Promise<void> {
    try {
      await run.tick();
    } catch (error) {
      if (!isPlimsollError(error) || error.code !== 'ROLLOUTS_UNOWNED') throw error;
      this.#ports.logger.warn({ err: error, rollout: run.row.id }, 'Reads a rollout again');
      this.#readAgain(run);
    }
    this.#forget(run);
  }

  #readAgain(run: RolloutRun): void {
    this.#runs.delete(run.row.id);
    this.#ownership.askAgain();
  }

  #forget(run: RolloutRun): void {
    if (run.isOver) this.#runs.delete(run.row.id);
  }

  #keep(standing: RolloutSnapshot): void {
    this.#ended.set(standing.row.id, standing);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > ENDED_KEPT && oldest !== undefined) this.#ended.delete(oldest);
  }

  #take(part: WindowPart): void {
    const run = this.#runs.get(part.rollout);
    this.#lookouts.take(part);
    if (run !== undefined) run.take(part);
    else this.#ports.replicas.sendPart(part);
  }

  get #duty(): ReplicaDuty {
    const runs = [...this.#runs.values()];
    return {
      token: this.#ownership.fence?.token ?? null,
      rollouts: [...this.#runs.keys()],
      tooLate: Math.max(0, ...runs.map(({ pieceLife }) => pieceLife)),
    };
  }

  #changed(change: FleetChange): void {
    const { worker, epoch, kind } = change;
    if (kind === 'joined') this.#workers.set(worker, change);
    else if (this.#workers.get(worker)?.epoch === epoch) this.#workers.delete(worker);
    for (const run of this.#runs.values())
      if (kind === 'joined') run.join(worker, epoch);
      else run.leave(worker, epoch);
  }
}

function ignoreSlow(error: unknown): void {
  if (!isPlimsollError(error) || error.code !== 'FLEET_SLOW') throw error;
}
