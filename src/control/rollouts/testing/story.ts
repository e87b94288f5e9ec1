/** One rollout from beginning to end by a script, with a control plane that may be killed at any write. */

import type { Actor } from '../../../core/actor.ts';
import type { PlaneSnapshot } from '../../../rollout/route.ts';
import type { RolloutRow, Store } from '../../../store/store.ts';
import type { ServingFleet } from '../../fleet/fleet.ts';
import type { RolloutCommand } from '../../port.ts';
import type { ActionBody } from '../actions.ts';
import { killable } from './kill.ts';
import { ManualClock, planeOf, rolloutRow, ScriptedFleet, type Traffic } from './world.ts';

export interface Story {
  readonly row?: Partial<RolloutRow>;
  readonly traffic: Traffic;
  readonly seconds: number;
  /** Commands by the second in which they are given. */
  readonly commands?: Readonly<Record<number, RolloutCommand>>;
  /** Milliseconds by which the wall clock jumps, by second. */
  readonly jumps?: Readonly<Record<number, number>>;
}

export interface Kill {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** What has become of it, as far as it must not depend on kills. */
export interface Trace {
  readonly events: readonly unknown[];
  readonly actions: readonly unknown[];
  readonly routes: readonly unknown[];
  readonly row: unknown;
  readonly endpoint: unknown;
}

export interface StoryOutcome {
  readonly trace: Trace;
  readonly writes: number;
  /** Processes that it took. */
  readonly lives: number;
  /** Buckets of the candidate that were published beyond what had been decided and written down. */
  readonly excess: number;
}

/** Buckets of the candidate in the last route that was decided. */
async function decidedWeight({ tables }: Store): Promise<number> {
  const actions = await tables.rollouts.actions('ro_1');
  const flips = actions.flatMap(({ body }) =>
    (body as ActionBody).kind === 'flip' ? [body as ActionBody & { kind: 'flip' }] : [],
  );
  return weightOf(flips.at(-1)?.target.ranges ?? []);
}

const weightOf = (ranges: PlaneSnapshot['routes'][number]['ranges']): number =>
  ranges.filter(({ version }) => version === 2).reduce((sum, { from, to }) => sum + to - from, 0);

/** A process with a control plane, which may die of anything that it is asked. */
export interface Process {
  readonly isDead: boolean;
  /** Durable writes that it has made. */
  readonly writes: number;
  start(): Promise<void>;
  tick(): Promise<void>;
  begin(row: RolloutRow): Promise<void>;
  command(id: string, command: RolloutCommand, actor: Actor): Promise<void>;
  /** At the end of the story. */
  end(): Promise<void>;
}

/** Makes the process number `life`, which does not know of those before it. */
export type Boot = (fleet: ServingFleet, clock: ManualClock, life: number) => Promise<Process>;

/** In this process, killed once: at a write of the first life. */
export const bootHere =
  (store: Store, kill: Kill | null): Boot =>
  (fleet, clock, life) => {
    const { at, when } = (life === 0 ? kill : null) ?? { at: Number.POSITIVE_INFINITY, when: 'before' };
    const { killer, store: mortal } = killable(store, at, when);
    const { controller } = planeOf(mortal, fleet, clock);
    return Promise.resolve({
      get isDead() {
        return killer.isDead;
      },
      get writes() {
        return killer.writes;
      },
      start: () => controller.start(),
      tick: () => controller.tick(),
      begin: (row) => controller.begin(row),
      command: (...order) => controller.command(...order),
      end: () => controller.stop(),
    });
  };

/** Tells the story to its end, with as many processes as it takes. */
export async function runStory(store: Store, story: Story, boot: Boot): Promise<StoryOutcome> {
  const clock = new ManualClock();
  const fleet = new ScriptedFleet(clock, story.traffic);
  const watched = new WatchedFleet(fleet, store);
  const lives: Process[] = [];
  /** Does it, and where the process dies of it, once more in the next one unless it is done. */
  const insist = async (
    work: (process: Process) => Promise<void>,
    isDone = async () => false,
  ): Promise<void> => {
    for (let isFirst = true; ; isFirst = false) {
      const process = lives.at(-1);
      try {
        if (process !== undefined && !process.isDead) {
          if (isFirst || !(await isDone())) await work(process);
          else await process.tick();
          if (!process.isDead) return;
        }
      } catch (error) {
        if (!process!.isDead) throw error;
      }
      await reboot();
    }
  };
  const reboot = async (): Promise<void> => {
    const process = await boot(watched, clock, lives.length);
    lives.push(process);
    fleet.join();
    await process.start().catch((error: unknown) => {
      if (!process.isDead) throw error;
    });
    fleet.sendAgain();
  };
  const { rollouts } = store.tables;
  const commands = async () =>
    (await rollouts.events('ro_1', 0, 1000)).filter(({ kind }) => kind === 'command').length;

  await insist(
    (process) => process.begin(rolloutRow(story.row)),
    async () => (await rollouts.get('ro_1')) !== null,
  );
  for (let second = 1; second <= story.seconds; second++) {
    clock.pass(1000);
    clock.jump(story.jumps?.[second] ?? 0);
    fleet.send();
    await insist((process) => process.tick());
    const command = story.commands?.[second];
    if (command === undefined) continue;
    const before = await commands();
    await insist(
      (process) => process.command('ro_1', command, { by: 'ann' }),
      async () => (await commands()) > before,
    );
  }
  const writes = lives.reduce((sum, process) => sum + process.writes, 0);
  await lives.at(-1)!.end();
  return { trace: await traceOf(store), writes, lives: lives.length, excess: watched.excess };
}

/** Compares what is published with what has been decided and written down. */
class WatchedFleet implements ServingFleet {
  readonly #fleet: ScriptedFleet;
  readonly #store: Store;
  excess = 0;

  constructor(fleet: ScriptedFleet, store: Store) {
    this.#fleet = fleet;
    this.#store = store;
  }

  async publish(snapshot: PlaneSnapshot): Promise<void> {
    const decided = await decidedWeight(this.#store);
    const heaviest = (routes: PlaneSnapshot['routes']): number =>
      Math.max(0, ...routes.map(({ ranges }) => weightOf(ranges)));
    // What is on its way while less is decided is no rise.
    const known = Math.max(decided, heaviest(this.#fleet.routes));
    this.excess = Math.max(this.excess, heaviest(snapshot.routes) - known);
    await this.#fleet.publish(snapshot);
  }
  ready(model: string, version: number): number {
    return this.#fleet.ready(model, version);
  }
  onPart(listener: Parameters<ServingFleet['onPart']>[0]): void {
    this.#fleet.onPart(listener);
  }
  onChange(listener: Parameters<ServingFleet['onChange']>[0]): void {
    this.#fleet.onChange(listener);
  }
}

async function traceOf({ tables }: Store): Promise<Trace> {
  const events = await tables.rollouts.events('ro_1', 0, 1000);
  const actions = await tables.rollouts.actions('ro_1');
  const routes = (await tables.endpoints.history('churn', { limit: 1000 })).items;
  const { createdAt: _, ...endpoint } = (await tables.endpoints.get('churn'))!;
  return {
    events: events.map(({ units, ...event }) => ({
      ...event,
      units: units && Buffer.from(units).toString('hex'),
    })),
    actions: actions.map(({ fence: _fence, appliedAt, ...action }) => ({
      ...action,
      isApplied: appliedAt !== null,
    })),
    routes,
    row: await tables.rollouts.get('ro_1'),
    endpoint,
  };
}
