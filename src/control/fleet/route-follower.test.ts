import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ManualClock } from '../rollouts/testing/world.ts';
import { RouteFollower } from './route-follower.ts';

function following(publisher: Partial<Record<'followRoutes' | 'refresh', () => Promise<void>>> = {}) {
  const done: string[] = [];
  const clock = new ManualClock();
  let tell: () => void = () => undefined;
  const errors: string[] = [];
  const one = new RouteFollower({
    store: {
      onChange: (_table, listener) => {
        tell = listener;
        return () => {
          tell = () => undefined;
        };
      },
    },
    publisher: {
      followRoutes: async () => {
        done.push('routes');
        await publisher.followRoutes?.();
      },
      refresh: async () => {
        done.push('loads');
        await publisher.refresh?.();
      },
    },
    clock,
    logger: {
      info: () => undefined,
      warn: () => undefined,
      error: (_, message) => void errors.push(message),
    },
  });
  one.start();
  return { one, clock, done, errors, tell: () => tell() };
}

it('looks twice a second, and at once when it is told', async () => {
  const { one, clock, done, tell } = following();
  one.look();
  expect(done).toEqual([]);
  clock.pass(500);
  one.look();
  await sleep(1);
  expect(done.splice(0)).toEqual(['routes', 'loads']);
  one.look();
  expect(done).toEqual([]);
  tell();
  expect(done).toEqual(['routes', 'loads']);
  await one.stop();
  tell();
  expect(done).toHaveLength(2);
});

it('follows routes while a load is under way, and begins no second load', async () => {
  const load = Promise.withResolvers<void>();
  const { one, done, tell } = following({ refresh: () => load.promise });
  tell();
  await sleep(1);
  tell();
  await sleep(1);
  expect(done).toEqual(['routes', 'loads', 'routes']);
  load.resolve();
  await one.stop();
});

it('looks once more for what it was told while it was looking', async () => {
  const first = Promise.withResolvers<void>();
  let looks = 0;
  const { one, done, tell } = following({
    followRoutes: () => (++looks === 1 ? first.promise : Promise.resolve()),
  });
  tell();
  tell();
  first.resolve();
  await sleep(1);
  one.look();
  expect(done.filter((what) => what === 'routes')).toHaveLength(2);
  await one.stop();
});

it('goes on after a failure, and says once that there is one', async () => {
  const { clock, one, done, errors } = following({ followRoutes: () => Promise.reject(new Error('away')) });
  for (let look = 0; look < 2; look++) {
    clock.pass(500);
    one.look();
    await sleep(1);
  }
  expect(done.filter((what) => what === 'routes')).toHaveLength(2);
  expect(errors).toHaveLength(1);
  await one.stop();
});
