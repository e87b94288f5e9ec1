/** One replica among those that share a store: pieces, signs of life and orders go through its tables. */

import { Backoff } from '../../core/backoff.ts';
import { required } from '../../core/element-at.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { unpackPart } from '../../rollout/packed-window-part.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { PieceRow } from '../../store/replicas.ts';
import type { Store } from '../../store/store.ts';
import type { FleetChange, ServingFleet } from '../fleet/fleet.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import { STORE_BACKOFF } from '../rollouts/outage-log.ts';
import { PartOutbox } from './part-outbox.ts';
import { type ReplicaCommand, ReplicaCommands } from './replica-commands.ts';
import type { ReplicaDuty, ReplicaGroup, ReplicaListener } from './replica-group.ts';
import { ReplicaMembers, type ReplicaReport } from './replica-members.ts';

export interface StoreReplicaGroupOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unique among all starts of all replicas. */
  readonly replica: string;
  readonly fleet: Pick<ServingFleet, 'ready' | 'onChange'>;
  readonly publisher: Pick<SnapshotPublisher, 'loaded' | 'failures'>;
}

/** Milliseconds between two signs of life, with which pieces are written; and between two clearances. */
const HEARTBEAT_INTERVAL_MS = 1000;
const PRUNE_INTERVAL_MS = 10_000;
/** Milliseconds beyond its time that a piece is kept, for clocks that differ; and for which orders are. */
const PIECE_GRACE_MS = 60_000;
const COMMAND_RETENTION_MS = 3_600_000;
/** Most pieces that are read at once, and how often in one tick. */
const READ_BATCH_MAX = 200;
const READ_BATCHES_A_TICK = 10;

export class StoreReplicaGroup implements ReplicaGroup {
  readonly #options: StoreReplicaGroupOptions;
  readonly #members: ReplicaMembers;
  readonly #orders: ReplicaCommands;
  readonly #outbox: PartOutbox;
  readonly #backoff: Backoff;
  /** Workers of this replica. */
  readonly #workers = new Map<string, FleetChange>();
  #listener: ReplicaListener | null = null;
  #duty: ReplicaDuty = { token: null, rollouts: [], tooLate: 0 };
  #beatAt = -Infinity;
  #clearAt = -Infinity;
  /** Rollouts that run here and whose pieces have been read from the beginning. */
  #caughtUp: readonly string[] = [];
  readonly #unlisten: () => void;

  constructor(options: StoreReplicaGroupOptions) {
    this.#options = options;
    this.#members = new ReplicaMembers(options);
    this.#orders = new ReplicaCommands(options);
    this.#outbox = new PartOutbox(options);
    this.#backoff = new Backoff(STORE_BACKOFF, { clock: options.clock });
    options.fleet.onChange((change) => this.#changed(change));
    this.#unlisten = options.store.onChange('orders', () => {
      void this.#attempt(() => this.#obey());
    });
  }

  listen(listener: ReplicaListener): void {
    this.#listener = listener;
  }

  sendPart(part: WindowPart): void {
    this.#outbox.add(part);
  }

  ready(model: string, version: number, here: number): number {
    return this.#members.ready(model, version, here);
  }

  sendCommand(order: ReplicaCommand): Promise<void> {
    return this.#orders.send(order);
  }

  async tick(duty: ReplicaDuty): Promise<void> {
    this.#duty = duty;
    // One that was begun anew has forgotten what it was given.
    this.#caughtUp = this.#caughtUp.filter((rollout) => duty.rollouts.includes(rollout));
    // Those that came before their rollout was gone on with here need no way through the store.
    this.#outbox.offer((part) => this.#isMine(part));
    if (!this.#backoff.isWaiting) await this.#attempt(() => this.#exchange(duty));
  }

  async leave(): Promise<void> {
    this.#unlisten();
    this.#duty = { ...this.#duty, token: null };
    await this.#orders.rest();
    await this.#outbox.flush(this.#members.nameOf);
    await this.#members.leave();
  }

  async #exchange(duty: ReplicaDuty): Promise<void> {
    if (this.#isDue()) await this.#beat();
    if (duty.token === null) return;
    await this.#obey();
    await this.#read(duty, duty.token);
    await this.#clear(duty);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#backoff.reset();
    } catch (error) {
      this.#backoff.fail();
      this.#options.logger.error(
        { err: error },
        'Nothing can be exchanged with other replicas for the moment',
      );
    }
  }

  #changed(change: FleetChange): void {
    const { worker, epoch, kind } = change;
    if (kind === 'joined') this.#workers.set(worker, change);
    else if (this.#workers.get(worker)?.epoch === epoch) this.#workers.delete(worker);
  }

  /** What this replica says of itself. */
  #said(): ReplicaReport {
    const { fleet, publisher } = this.#options;
    const isLoaded = (key: string): boolean => {
      const at = key.lastIndexOf('@');
      return fleet.ready(key.slice(0, at), Number(key.slice(at + 1))) > 0;
    };
    return {
      workers: [...this.#workers.values()].map(({ worker, epoch }) => ({ worker, epoch })),
      loaded: [...publisher.loaded].filter(isLoaded),
      failures: publisher.failures,
    };
  }

  #isMine(part: WindowPart): boolean {
    if (!this.#duty.rollouts.includes(part.rollout)) return false;
    this.#listener?.onPart(part);
    return true;
  }

  #isDue(): boolean {
    const now = this.#options.clock.monotonic();
    if (now < this.#beatAt) return false;
    this.#beatAt = now + HEARTBEAT_INTERVAL_MS;
    return true;
  }

  async #beat(): Promise<void> {
    await this.#members.report(this.#said());
    await this.#outbox.flush(this.#members.nameOf);
    for (const change of await this.#members.refresh()) this.#listener?.onChange(change);
  }

  async #obey(): Promise<void> {
    if (this.#duty.token === null) return;
    await this.#orders.execute((order, id) =>
      required(this.#listener, 'the listener of a replica').onOrder(order, id),
    );
  }

  /** Where nobody else lives, once is enough: then nobody writes. */
  async #read({ rollouts }: ReplicaDuty, token: number): Promise<void> {
    const begun = rollouts.filter((rollout) => !this.#caughtUp.includes(rollout));
    if (this.#members.size === 0 && begun.length === 0) return;
    const { pieces } = this.#options.store.tables;
    await pieces.giveBack(begun, token);
    for (
      let reads = 0, length = READ_BATCH_MAX;
      reads < READ_BATCHES_A_TICK && length === READ_BATCH_MAX;
      reads++
    ) {
      const rows = await pieces.take(rollouts, token, READ_BATCH_MAX);
      for (const row of rows) this.#hand(row);
      length = rows.length;
    }
    this.#caughtUp = rollouts;
  }

  #hand({ body, at: _at, ...key }: PieceRow): void {
    const part = unpackPart(key, body);
    if (part !== null) this.#listener?.onPart(part);
    else this.#options.logger.error(key, 'A piece of a window is damaged: its part is missing');
  }

  async #clear({ tooLate }: ReplicaDuty): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.monotonic();
    if (now < this.#clearAt) return;
    this.#clearAt = now + PRUNE_INTERVAL_MS;
    await store.tables.pieces.prune(clock.now() - tooLate - PIECE_GRACE_MS);
    await store.tables.orders.prune(clock.now() - COMMAND_RETENTION_MS);
  }
}
