/** Flips towards stable that need no store: done in memory when a guard or a person says so, written down when it is back. */
import type { Actor } from '../../core/actor.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { isStoreAway } from '../../store/away.ts';
import type { RolloutRow, Store } from '../../store/store.ts';
import type { SnapshotPublisher } from '../fleet/snapshot-publisher.ts';
import type { NewOverride, RouteOverride } from '../overrides/route-override.ts';
import type { RouteOverrides } from '../overrides/route-overrides.ts';
import { settleOverride } from '../overrides/settle-override.ts';
import type { ReplicaCommand } from '../replicas/replica-commands.ts';
import { withFleetTimeout } from './fleet-timeout.ts';
import { foldEvent, startedState } from './fold-event.ts';
import type { RolloutRun } from './rollout-run.ts';
import { type RolloutSnapshot, rolloutSnapshot } from './rollout-snapshot.ts';
import { machineOf } from './strategy-machines.ts';

export interface RolloutOverridesPorts {
  readonly store: Store;
  readonly overrides: RouteOverrides;
  readonly publisher: Pick<SnapshotPublisher, 'publishOverrides' | 'lastRead'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Rollouts that run here. */
  readonly runs: ReadonlyMap<string, RolloutRun>;
  /** Has whoever owns the rollouts obey. */
  readonly obey: (order: ReplicaCommand) => Promise<void>;
}

/** What a person wants of a rollout: everybody on `version`, by default its stable one. */
export interface OverrideRequest {
  readonly rollout: string;
  readonly version?: number;
  readonly actor: Actor;
}

const UNKNOWN = 'The store is away: what it has come to is not known here';
/** Longest time, in milliseconds, that workers are waited for. */
const FOLLOW_MAX = 5000;

export class RolloutOverrides {
  readonly #ports: RolloutOverridesPorts;

  constructor(ports: RolloutOverridesPorts) {
    this.#ports = ports;
  }

  /** What `doing` comes to, or, where it fails since the store is away, the same in memory. */
  async orAhead(doing: Promise<void>, { rollout, version, actor }: OverrideRequest): Promise<void> {
    try {
      await doing;
    } catch (error) {
      const row = isStoreAway(error) ? this.#lastKnown(rollout) : null;
      if (row === null) throw error;
      const { endpoint, candidate, stable } = row;
      const { by, reason = 'aborted while the store is away' } = actor;
      const to = version ?? stable;
      const from = [candidate, stable].filter((one) => one !== to);
      await this.override({ endpoint, rollout, version: to, from, by, reason, isHarmful: false });
    }
  }

  /** A person's word. Throws FLEET_SLOW where the workers do not follow in time, and what the fleet throws. */
  async override(override: NewOverride): Promise<void> {
    const { rollout, version, by, reason } = override;
    await this.#ports.runs.get(rollout ?? '')?.obeyAhead(version, { by, reason });
    this.#add(override);
    await withFleetTimeout(FOLLOW_MAX, this.#ports.publisher.publishOverrides());
  }

  /** What a guard has found. Never rejects: workers that do not follow now are told with the next snapshot. */
  async flip(override: NewOverride): Promise<void> {
    this.#add(override);
    await this.#ports.publisher.publishOverrides().catch((error: unknown) => {
      this.#ports.logger.error({ err: error }, 'Workers do not follow a flip towards stable for the moment');
    });
  }

  /** Writes down what holds, but for what a rollout of this process is about to write by itself. Throws what the store does. */
  async settle(): Promise<void> {
    const { overrides, runs, store, clock } = this.#ports;
    for (const override of overrides.all) {
      if (runs.get(override.rollout ?? '')?.isAhead) continue;
      const end = (row: RolloutRow) => this.#end(row, override);
      if (await settleOverride({ store, clock, end }, override)) overrides.drop(override.id);
    }
  }

  /** Of a rollout that runs elsewhere, as far as is known without the store: where it is, and what was said here. */
  snapshots(id: string): RolloutSnapshot | null {
    const row = this.#lastKnown(id);
    if (row === null) return null;
    const machine = machineOf(row.strategy);
    const begun = startedState(machine, row, { body: { rolledBackBefore: false }, at: row.startedAt });
    const override = this.#ports.overrides.all.find(({ rollout }) => rollout === id);
    if (override === undefined) return rolloutSnapshot(row, machine, { ...begun, reason: UNKNOWN });
    const body = { kind: 'abort', by: override.by };
    const event = {
      rollout: id,
      seq: begun.seq,
      at: override.at,
      kind: 'command',
      body,
      units: null,
    } as const;
    return { ...rolloutSnapshot(row, machine, foldEvent(machine, begun, event).after), durable: false };
  }

  #add(override: NewOverride): void {
    const isKept = this.#ports.overrides.add(override);
    this.#ports.logger.warn(
      { ...override, isKept },
      'The store is away: everybody is on this version in memory',
    );
  }

  #end({ id: rollout, stable }: RolloutRow, { version, by, reason }: RouteOverride): Promise<void> {
    const actor = { by, reason };
    return this.#ports.obey(
      version === stable
        ? { kind: 'command', rollout, command: 'abort', actor }
        : { kind: 'rest', rollout, version, actor },
    );
  }

  /** A rollout that runs, as far as is known without the store. */
  #lastKnown(id: string): RolloutRow | null {
    const read = this.#ports.publisher.lastRead?.rollouts ?? [];
    return this.#ports.runs.get(id)?.row ?? read.find((row) => row.id === id) ?? null;
  }
}
