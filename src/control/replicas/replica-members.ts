/**
 * Who else shares the store: every replica says once a second that it lives, which workers it has and what they have
 * loaded. One whose sign of life has not changed for a while, by the clock of the one that looks, is dead.
 */
import { valueInMap } from '../../core/element-at.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { MemberRow } from '../../store/replicas.ts';
import type { Store } from '../../store/store.ts';
import type { FleetChange } from '../fleet/fleet.ts';

/** What a replica says of itself. */
export interface ReplicaReport {
  readonly workers: readonly Pick<FleetChange, 'worker' | 'epoch'>[];
  /** `model@version` of what all its workers have. */
  readonly loaded: readonly string[];
  /** Versions that it cannot load, and why. */
  readonly failures: readonly (readonly [version: string, why: string])[];
}

export interface MembersOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unique among all starts of all replicas. */
  readonly replica: string;
}

interface Other {
  readonly beat: number;
  /** Milliseconds of this replica's steady clock at which the beat was new. */
  readonly seenAt: number;
  readonly said: ReplicaReport;
}

/** Milliseconds without a sign of life after which a replica is dead: as long as ownership lasts without one. */
const DEAD_AFTER_MS = 10_000;
/** Milliseconds by which clocks may differ: a row that is older was left by a replica that is long dead. */
const CLOCK_SKEW_MS = 60_000;

export class ReplicaMembers {
  readonly #options: MembersOptions;
  readonly #others = new Map<string, Other>();
  readonly #told = new Set<string>();
  /** Others may have taken this replica for dead so many times: its workers are others since then. */
  #life = 0;
  #beat = 0;
  #beatAt: number | null = null;
  #hasLooked = false;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** How many others live. */
  get size(): number {
    return this.#others.size;
  }

  /** Name of a worker of this replica among the others. */
  readonly nameOf = (worker: string): string => (this.#life === 0 ? worker : `${worker}~${this.#life}`);

  /** Says that this replica lives. Throws what the store throws. */
  async report({ workers, ...rest }: ReplicaReport): Promise<void> {
    const { store, clock, replica } = this.#options;
    const now = clock.monotonic();
    if (this.#beatAt !== null && now - this.#beatAt > DEAD_AFTER_MS) this.#life++;
    const named = workers.map(({ worker, epoch }) => ({ worker: this.nameOf(worker), epoch }));
    this.#beat++;
    await store.tables.members.put({
      replica,
      beat: this.#beat,
      at: clock.now(),
      body: { ...rest, workers: named },
    });
    this.#beatAt = now;
  }

  /** Looks at the others; answers which of their workers have come and gone. Throws what the store throws. */
  async refresh(): Promise<readonly FleetChange[]> {
    const { store, replica } = this.#options;
    const rows = (await store.tables.members.list()).filter((row) => row.replica !== replica);
    this.#hasLooked = true;
    const changes = rows.flatMap((row) => this.#see(row));
    for (const [name, { beat, said }] of this.#others)
      if (this.#isDead(name, rows)) {
        this.#others.delete(name);
        await store.tables.members.remove(name, beat);
        changes.push(...said.workers.map((one) => ({ ...one, kind: 'left' as const })));
      }
    return changes;
  }

  /** How many workers of all replicas have this version; 0 where any replica lacks it, or the others are not known yet. */
  ready(model: string, version: number, here: number): number {
    // A command that opens the store by itself serves nobody.
    const serving = [...this.#others.values()].filter(({ said }) => said.workers.length > 0);
    const isEverywhere = serving.every(({ said }) => said.loaded.includes(`${model}@${version}`));
    if (!this.#hasLooked || here === 0 || !isEverywhere) return 0;
    return serving.reduce((sum, { said }) => sum + said.workers.length, here);
  }

  async leave(): Promise<void> {
    const { store, replica } = this.#options;
    await store.tables.members.remove(replica, this.#beat);
  }

  #see({ replica, beat, at, body }: MemberRow): readonly FleetChange[] {
    const { clock, logger } = this.#options;
    const before = this.#others.get(replica);
    if (before === undefined && Math.abs(clock.now() - at) > CLOCK_SKEW_MS) return [];
    if (before?.beat === beat || !isSaid(body)) return [];
    this.#others.set(replica, { beat, seenAt: clock.monotonic(), said: body });
    if (before === undefined) logger.info({ replica }, 'Another replica shares the rollouts');
    this.#tellFailures(replica, body);
    return changesOf(before?.said.workers ?? [], body.workers);
  }

  #isDead(name: string, rows: readonly MemberRow[]): boolean {
    const isGone = !rows.some(({ replica }) => replica === name);
    const { seenAt } = valueInMap(this.#others, name);
    return isGone || this.#options.clock.monotonic() - seenAt > DEAD_AFTER_MS;
  }

  /** Each once, as long as it lasts: rollouts wait for that replica. */
  #tellFailures(replica: string, { failures }: ReplicaReport): void {
    for (const [version, why] of failures) {
      const key = `${replica} ${version} ${why}`;
      if (this.#told.has(key)) continue;
      if (this.#told.size > 1000) this.#told.clear();
      this.#told.add(key);
      this.#options.logger.error({ replica, version, why }, 'Another replica cannot load a version');
    }
  }
}

function changesOf(
  before: ReplicaReport['workers'],
  after: ReplicaReport['workers'],
): readonly FleetChange[] {
  const isIn = (all: ReplicaReport['workers'], one: ReplicaReport['workers'][number]): boolean =>
    all.some(({ worker, epoch }) => worker === one.worker && epoch === one.epoch);
  return [
    ...before.filter((one) => !isIn(after, one)).map((one) => ({ ...one, kind: 'left' as const })),
    ...after.filter((one) => !isIn(before, one)).map((one) => ({ ...one, kind: 'joined' as const })),
  ];
}

/** Replicas of other releases may write other things. */
function isSaid(body: unknown): body is ReplicaReport {
  const { workers, loaded, failures } = (body ?? {}) as Partial<Record<keyof ReplicaReport, unknown>>;
  return (
    Array.isArray(workers) &&
    workers.every(
      (one: Partial<FleetChange>) => typeof one.worker === 'string' && Number.isSafeInteger(one.epoch),
    ) &&
    [loaded, failures].every(Array.isArray)
  );
}
