import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PartsGatherer } from './parts-gatherer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a question ends with the last part, in the order of the workers', () => {
  const done = vi.fn();
  const gatherer = new PartsGatherer<string>();
  const id = gatherer.begin([1, 2, 3], done);
  gatherer.part(id, 3, 'c');
  gatherer.part(id, 1, 'a');
  expect(done).not.toHaveBeenCalled();
  gatherer.part(id, 2, 'b');
  expect(done.mock.calls).toEqual([[['a', 'b', 'c']]]);
  vi.runAllTimers();
  expect(done).toHaveBeenCalledTimes(1);
});

test('a worker that is gone is not waited for', () => {
  const done = vi.fn();
  const gatherer = new PartsGatherer<string>();
  const id = gatherer.begin([1, 2], done);
  gatherer.part(id, 1, 'a');
  gatherer.leave(2);
  expect(done.mock.calls).toEqual([[['a']]]);
});

test('a worker that is late is not waited for long, and its part is then ignored', () => {
  const done = vi.fn();
  const gatherer = new PartsGatherer<string>();
  const id = gatherer.begin([1, 2], done);
  const other = gatherer.begin([2], vi.fn());
  expect(other).not.toBe(id);
  gatherer.part(id, 1, 'a');
  vi.advanceTimersByTime(1000);
  expect(done.mock.calls).toEqual([[['a']]]);
  gatherer.part(id, 2, 'b');
  expect(done).toHaveBeenCalledTimes(1);
});
