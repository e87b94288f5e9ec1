import { expect, test } from 'vitest';
import { graphSettings } from './graph-settings.ts';

test('graphs of others have a gigabyte and half a minute, or what the environment says', () => {
  expect(graphSettings({})).toEqual({ memoryBytes: 2 ** 30, callMillis: 30_000 });
  const env = { PLIMSOLL_GRAPH_MEMORY: '256mb', PLIMSOLL_GRAPH_TIMEOUT: '5' };
  expect(graphSettings(env)).toEqual({ memoryBytes: 2 ** 28, callMillis: 5000 });
});

test('every setting that is no good value is told', () => {
  const env = { PLIMSOLL_GRAPH_MEMORY: 'much', PLIMSOLL_GRAPH_TIMEOUT: '0' };
  expect(() => graphSettings(env)).toThrow(/PLIMSOLL_GRAPH_MEMORY is "much".*PLIMSOLL_GRAPH_TIMEOUT is "0"/);
});
