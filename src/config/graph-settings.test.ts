import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { graphSettings, servedDevice } from './graph-settings.ts';

test('graphs of others have a gigabyte and half a minute, or what the environment says', () => {
  const threads = availableParallelism();
  expect(graphSettings({})).toEqual({ memoryBytes: 2 ** 30, callMillis: 30_000, threads });
  const env = {
    PLIMSOLL_GRAPH_MEMORY: '256mb',
    PLIMSOLL_GRAPH_TIMEOUT: '5',
    PLIMSOLL_GRAPH_THREADS: '3',
  };
  expect(graphSettings(env)).toEqual({ memoryBytes: 2 ** 28, callMillis: 5000, threads: 3 });
});

test('every setting that is no good value is told', () => {
  const env = { PLIMSOLL_GRAPH_MEMORY: 'much', PLIMSOLL_GRAPH_TIMEOUT: '0', PLIMSOLL_GRAPH_THREADS: '0' };
  expect(() => graphSettings(env)).toThrow(
    /PLIMSOLL_GRAPH_MEMORY is "much".*PLIMSOLL_GRAPH_TIMEOUT is "0".*PLIMSOLL_GRAPH_THREADS is "0"/,
  );
});

test.each([
  [{}, { name: 'cpu', id: null }],
  [{ PLIMSOLL_DEVICE: '' }, { name: 'cpu', id: null }],
  [{ PLIMSOLL_DEVICE: 'cuda:1' }, { name: 'cuda', id: 1 }],
])('of %j graphs run on %j', (env, device) => {
  expect(servedDevice(env)).toEqual(device);
});

test('a device that nobody knows is refused with those that there are', () => {
  expect(() => servedDevice({ PLIMSOLL_DEVICE: 'tpu' })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/"tpu", wanted one of cpu, cuda/),
    }),
  );
});
