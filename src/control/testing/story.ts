/** One rollout from beginning to end by a script, with a control plane that may be killed at any write. */

import type { PlaneSnapshot } from '../../rollout/route.ts';
import type { RolloutRow, Store } from '../../store/store.ts';
import type { Deed } from '../actions.ts';
import type { Fleet } from '../fleet.ts';
import type { RolloutCommand } from '../port.ts';
import { type Killer, killable } from './kill.ts';
import { ManualClock, type Plane, planeOf, rolloutRow, ScriptedFleet, type Traffic } from './world.ts';

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

export interface Told {
  readonly trace: Trace;
  readonly writes: number;
  /** Buckets of the candidate that were published beyond what had been decided and written down. */
  readonly excess: number;
}

/** Buckets of the candidate in the last route that was decided. */
async function decidedWeight({ tables }: Store): Promise<number> {
  const actions = await tables.rollouts.actions('ro_1');
  const flips = actions.flatMap(({ body }) =>
    (body as Deed).kind === 'flip' ? [body as Deed & { kind: 'flip' }] : [],
  );
  return weightOf(flips.at(-1)?.target.ranges ?? []);
}

const weightOf = (ranges: PlaneSnapshot['routes'][number]['ranges']): number =>
  ranges.filter(({ version }) => version === 2).reduce((sum, { from, to }) => sum + to - from, 0);

export async function tell(store: Store, story: Story, kill: Kill | null = null): Promise<Told> {
  const clock = new ManualClock();
  const fleet = new ScriptedFleet(clock, story.traffic);
  let excess = 0;
  const watched: Fleet = {
    publish: async (snapshot) => {
      const decided = await decidedWeight(store);
      const routed = Math.max(0, ...snapshot.routes.map(({ ranges }) => weightOf(ranges)));
      // What is on its way while less is decided is no rise.
      const before = Math.max(0, ...fleet.routes.map(({ ranges }) => weightOf(ranges)));
      excess = Math.max(excess, routed - Math.max(decided, before));
      await fleet.publish(snapshot);
    },
    ready: (...args) => fleet.ready(...args),
    onPart: (listener) => fleet.onPart(listener),
    onChange: (listener) => fleet.onChange(listener),
  };
  let plane: Plane;
  let killer: Killer;
  let writes = 0;
  const boot = async (died: Kill | null): Promise<void> => {
    const mortal = killable(store, died?.at ?? Number.POSITIVE_INFINITY, died?.when ?? 'before');
    killer = mortal.killer;
    plane = planeOf(mortal.store, watched, clock);
    fleet.join();
    await plane.controller.start();
    fleet.sendAgain();
  };
  /** Does it, and where the process dies of it, once more in the next one unless it is done. */
  const insist = async (work: () => Promise<void>, isDone: () => Promise<boolean>): Promise<void> => {
    await work().catch((error: unknown) => {
      if (!killer.isDead) throw error;
    });
    while (killer.isDead) {
      writes += killer.writes;
      await boot(null);
      if (!(await isDone())) await work();
      else await plane.controller.tick();
    }
  };
  const isBegun = async () => (await store.tables.rollouts.get('ro_1')) !== null;
  const tick = () =>
    insist(
      () => plane.controller.tick(),
      () => Promise.resolve(false),
    );
  await boot(kill);
  await insist(
    () => Promise.resolve(),
    () => Promise.resolve(true),
  );
  await insist(() => plane.controller.begin(rolloutRow(story.row)), isBegun);
  for (let second = 1; second <= story.seconds; second++) {
    clock.pass(1000);
    clock.jump(story.jumps?.[second] ?? 0);
    fleet.send();
    await tick();
    const command = story.commands?.[second];
    if (command !== undefined) {
      const events = () => store.tables.rollouts.events('ro_1', 0, 1000);
      const commands = async () => (await events()).filter(({ kind }) => kind === 'command').length;
      const before = await commands();
      await insist(
        () => plane.controller.command('ro_1', command, 'ann'),
        async () => (await commands()) > before,
      );
    }
  }
  return { trace: await traceOf(store), writes: writes + killer!.writes, excess };
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
