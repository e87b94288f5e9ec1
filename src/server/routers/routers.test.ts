import { expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import type { TrafficRouter, VersionWeights } from '../../deploy/routers/port.ts';
import { canaryRanges, singleVersionRoute } from '../../rollout/route.ts';
import { ServerRouters } from './routers.ts';

test('a router follows its endpoint from generation to generation, and what goes wrong is a line in the log', async () => {
  const looks: (() => Promise<void>)[] = [];
  const lines: string[] = [];
  let [opened, route] = [0, singleVersionRoute('churn', 'churn', 1, 1)];
  let weights: VersionWeights = new Map([[1, 100]]);
  let isRotated = false;
  const router: TrafficRouter = {
    id: 'kubernetes:shop/churn',
    read: async () => {
      if (isRotated)
        throw new PlimsollError('ROUTER_UNREACHABLE', { router: 'r', reason: 'the token is another' });
      return { weights, writers: [], revision: null };
    },
    write: async (wanted) => {
      weights = wanted;
    },
  };
  const routers = new ServerRouters({
    written: { churn: 'kubernetes:shop/churn' },
    route: async () => route,
    logger: {
      info: () => undefined,
      warn: (_, message) => lines.push(message),
      error: (_, message) => lines.push(message),
    },
    every: (_, work) => {
      looks.push(work);
      return async () => undefined;
    },
    open: async () => {
      isRotated = false;
      if (opened++ === 0) throw new PlimsollError('CLOUD_DENIED', { action: 'ask', reason: 'no kubeconfig' });
      return router;
    },
  });
  expect(routers.views).toEqual([]);
  await looks[0]!();
  expect(routers.views).toMatchObject([{ followed: null, error: { code: 'CLOUD_DENIED' } }]);
  expect(lines).toEqual([expect.stringContaining('no kubeconfig')]);
  route = { ...route, generation: 2, ranges: canaryRanges(2, 1, 2500) };
  await looks[0]!();
  expect(Object.fromEntries(weights)).toEqual({ 1: 75, 2: 25 });
  expect(routers.views).toMatchObject([{ endpoint: 'churn', followed: 2, error: null }]);
  expect([opened, lines.length]).toEqual([2, 1]);
  [isRotated, route] = [true, { ...route, generation: 3 }];
  await looks[0]!();
  expect(routers.views).toMatchObject([{ error: { code: 'ROUTER_UNREACHABLE' } }]);
  route = { ...route, generation: 4 };
  await looks[0]!();
  expect(routers.views).toMatchObject([{ followed: 4, error: null }]);
  expect(opened).toBe(3);
  await routers.close();
});

test('a router of an endpoint that is not there is told at once: its name may be misspelt', async () => {
  const lines: unknown[] = [];
  const routers = new ServerRouters({
    written: { chrun: 'kubernetes:shop/churn' },
    route: async () => null,
    logger: {
      info: () => undefined,
      warn: (about, message) => lines.push([about, message]),
      error: () => undefined,
    },
    every: () => async () => undefined,
  });
  await expect.poll(() => lines).toHaveLength(1);
  expect(lines[0]).toEqual([
    { endpoint: 'chrun', router: 'kubernetes:shop/churn' },
    expect.stringContaining('no such endpoint'),
  ]);
  await routers.close();
});

test('an address that is none is refused at the start', () => {
  const written = { churn: 'kubernetes:churn' };
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  expect(() => new ServerRouters({ written, route: async () => null, logger })).toThrow(
    'kubernetes:NAMESPACE/HTTPROUTE',
  );
});
