import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ServingFleet } from '../src/control/fleet/fleet.ts';
import { ManualClock, planeOf, prepare, rolloutRow } from '../src/control/rollouts/testing/world.ts';
import { seededRandom } from '../src/core/random.ts';
import type { PlaneSnapshot, Route } from '../src/rollout/route.ts';
import type { WindowPart } from '../src/rollout/window-part.ts';
import { RolloutRecorder } from '../src/serving/recorder/rollout-recorder.ts';
import { RouteAssigner } from '../src/serving/route-assigner.ts';
import { normalQuantile } from '../src/statistics/normal.ts';
import { openStore } from '../src/store/open.ts';

/** Two versions that do the same, one request a second and not one failure, through assignment, recorder, collector, controller and store, on a clock of their own. */

const HOUR = 3600;

class OneWorker implements ServingFleet {
  route: Route | null = null;
  readonly recorder: RolloutRecorder;
  #tell: (part: WindowPart) => void = () => undefined;

  constructor(clock: ManualClock) {
    this.recorder = new RolloutRecorder({ worker: 'w0', epoch: 1, clock, send: (part) => this.#tell(part) });
  }
  publish({ routes }: PlaneSnapshot): Promise<void> {
    this.recorder.follow(routes);
    this.route = routes[0]!;
    return Promise.resolve();
  }
  ready(): number {
    return 1;
  }
  onPart(listener: (part: WindowPart) => void): void {
    this.#tell = listener;
  }
  onChange(listener: Parameters<ServingFleet['onChange']>[0]): void {
    listener({ worker: 'w0', epoch: 1, kind: 'joined' });
  }
}

/** Seconds until everybody has the candidate, or null after `limit`. */
async function promotedAfter(seed: number, limit: number): Promise<number | null> {
  const random = seededRandom(seed);
  const clock = new ManualClock();
  const fleet = new OneWorker(clock);
  const store = await openStore('sqlite::memory:');
  await prepare(store);
  const { controller } = planeOf(store, fleet, clock);
  await controller.start();
  await controller.begin(rolloutRow({ policy: {} }));
  let assignment: RouteAssigner | null = null;
  let followed: Route | null = null;
  try {
    for (let second = 1; second <= limit; second++) {
      clock.pass(1000);
      if (fleet.route !== followed) assignment = new RouteAssigner(fleet.route!, random);
      followed = fleet.route;
      const { role, arm } = assignment!.choices[assignment!.byHeaders({})!.choice]!;
      const tape = fleet.recorder.windowRecorderOf('churn');
      const first = { score: random.next(), label: null };
      const subject = { arm: arm ?? 0, role, unit: null, segment: null, requestId: String(second) };
      // Latencies of a service: median 2 ms, one in a hundred beyond 8 ms.
      tape?.answered(subject, 2 * Math.exp(0.6 * normalQuantile(0.5e-9 + (1 - 1e-9) * random.next())), first);
      if (followed!.shadow !== null) tape?.pair(subject, first, first);
      if (second % 5 !== 0) continue;
      fleet.recorder.flush();
      await controller.tick();
      await turn();
      const { status } = await controller.snapshot('ro_1');
      if (status.state !== 'running') return status.state === 'promoted' ? second : null;
    }
    return null;
  } finally {
    await controller.stop();
    await store.close();
  }
}

test('identical versions at one request a second without an error reach everybody under the default policy', async () => {
  const seeds = Array.from({ length: 12 }, (_, k) => k + 1);
  const minutes: (number | null)[] = [];
  for (const seed of seeds) {
    const seconds = await promotedAfter(seed, 12 * HOUR);
    minutes.push(seconds === null ? null : Math.round(seconds / 60));
  }
  console.log(`seeds 1 to 12: everybody after ${minutes.join(', ')} minutes`);
  expect(minutes.filter((found) => found === null)).toEqual([]);
});
