import { afterAll, beforeAll, expect, test } from 'vitest';
import type { World } from '../../tools/clouds/google/world.ts';
import { documentOf, present, sceneByHand } from './deployment.ts';
import type { TimedScene } from './interruptions.ts';

let there: TimedScene;
beforeAll(async () => {
  there = await sceneByHand();
}, 120_000);
afterAll(async () => there.close());

/** What somebody may do between two calls, past what the API would refuse. */
const MEDDLING: Readonly<Record<string, (world: World) => void>> = {
  'takes a model away': ({ models }) => models.delete(models.keys().next().value ?? ''),
  'takes the endpoint away': ({ endpoints }) => endpoints.clear(),
  'takes a deployed model away': ({ endpoints }) => {
    for (const { message, deployed } of endpoints.values()) {
      const [id = ''] = deployed.keys();
      deployed.delete(id);
      message['trafficSplit'] = {};
      message['etag'] = 'theirs';
    }
  },
  'stops the traffic': ({ endpoints }) => {
    for (const { message } of endpoints.values()) {
      delete message['trafficSplit'];
      message['etag'] = 'theirs';
    }
  },
};

const [before, next] = [documentOf({ 1: 100 }), documentOf({ 1: 95, 2: 5 })];

test.each(Object.keys(MEDDLING))(
  'somebody who %s between any two calls makes it end coded or not at all, and the next apply puts it right',
  { timeout: 600_000 },
  async (what) => {
    const { world, dispatcher } = there.fake;
    const nothing = world.keep();
    await there.apply(before);
    const back = world.keep();
    dispatcher.calls.length = 0;
    await there.apply(next);
    const [calls, wanted] = [dispatcher.calls.length, present(there)];
    const codes = new Map<string, number>();
    for (let k = 1; k <= calls; k++) {
      back();
      let left = k;
      dispatcher.onEffect = () => {
        left -= 1;
        if (left === 0) MEDDLING[what]!(world);
      };
      const code = await there.apply(next).then(
        () => 'none',
        (error: { code?: string }) => error.code ?? String(error),
      );
      dispatcher.onEffect = () => undefined;
      codes.set(code, (codes.get(code) ?? 0) + 1);
      expect(code, `after call ${k}`).toMatch(/^(none|CLOUD_(FAILED|REFUSED))$/);
      await there.apply(next);
      expect(present(there), `after call ${k}`).toEqual(wanted);
    }
    console.log(`${what}, after each of ${calls} calls:`, Object.fromEntries(codes));
    nothing();
  },
);
