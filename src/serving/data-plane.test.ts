import { expect, test, vi } from 'vitest';
import type { LoadedVersion } from '../registry/version.ts';
import { canaryRanges, type Route, singleVersionRoute } from '../rollout/route.ts';
import { DataPlane } from './data-plane.ts';

const version = (model: string, number: number): LoadedVersion =>
  ({ model, version: number, engine: { infer: () => ({}) } }) as unknown as LoadedVersion;
const [a1, a2, a10, b1] = [version('a', 1), version('a', 2), version('a', 10), version('b', 1)];

const canary: Route = { ...singleVersionRoute('a', 'a', 1, 7), ranges: canaryRanges(2, 1, 500) };

test('without routes a name means its highest version', () => {
  const plane = new DataPlane([a2, a10, b1, a1]);
  expect(plane.resolve('a', null)).toBe(a10);
  expect(plane.resolve('a', '2')).toBe(a2);
  expect(plane.models).toEqual(['a', 'b']);
  for (const spelling of ['0x1', '1.0', '01', '-1', '', '3'])
    expect(() => plane.resolve('a', spelling)).toThrow(/has 1, 2, 10/);
  expect(() => plane.resolve('c', null)).toThrow(/this server has a, b/);
  expect(() => plane.resolve(null, null)).toThrow(/names none and this server has a, b/);
  expect(() => new DataPlane().resolve(null, null)).toThrow(/has no model/);
});

test('an endpoint is what its route says, whatever its name; versions are found by model', () => {
  const plane = new DataPlane();
  plane.follow([{ ...canary, endpoint: 'fraud' }], [a1, a2]);
  expect(plane.endpoint('fraud')).toMatchObject({ versions: [a2, a1, a1], main: a1 });
  expect(plane.endpoint(null).main).toBe(a1);
  expect(plane.resolve('a', 2)).toBe(a2);
  expect(() => plane.resolve('a', null)).toThrow(/"a": this server has fraud/);
  expect(() => plane.resolve('fraud', 2)).toThrow(/"fraud": this server has a/);
});

test('a name that is no endpoint but `default` stands for those that name none', () => {
  const plane = new DataPlane();
  plane.follow([singleVersionRoute('default', 'a', 1, 1), singleVersionRoute('b', 'b', 1, 1)], [a1, b1]);
  expect(plane.resolve(null, null)).toBe(a1);
});

test('a route that leads to what is not loaded changes nothing, nor does an observer that is not ready', () => {
  const plane = new DataPlane([a1]);
  const before = plane.state;
  const followed = vi.fn();
  plane.observe({ followed });
  expect(() => plane.follow([canary], [a1])).toThrow(/version 2 of model "a"/);
  const shadow = { version: 3, percent: 100 };
  expect(() => plane.follow([{ ...singleVersionRoute('a', 'a', 1, 2), shadow }], [a1, a2])).toThrow(
    /version 3/,
  );
  expect(() => plane.follow([singleVersionRoute('x', 'x', 1, 2)], [a1])).toThrow(/"x"/);
  plane.observe({
    prepare: () => {
      throw new Error('not ready');
    },
  });
  expect(() => plane.follow([canary], [a1, a2])).toThrow('not ready');
  expect(plane.state).toBe(before);
  expect(followed).not.toHaveBeenCalled();
});

test('an engine that answers later is in use until it has, also where it fails', async () => {
  const answer = Promise.withResolvers<object>();
  const slow = { ...a1, engine: { infer: () => answer.promise } } as unknown as LoadedVersion;
  const plane = new DataPlane([slow]);
  const response = plane.infer({
    target: slow,
    batch: { kind: 'matrix', rows: 1, width: 0, data: new Float64Array() },
  });
  expect(plane.usageOf(slow).users).toBe(1);
  answer.reject(new Error('broken'));
  await expect(response).rejects.toThrow('broken');
  expect(plane.usageOf(slow).users).toBe(0);
});
