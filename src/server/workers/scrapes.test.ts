import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MetricsScrapes } from './scrapes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a scrape ends with the last part, in the order of the workers', () => {
  const done = vi.fn();
  const scrapes = new MetricsScrapes();
  const id = scrapes.begin([1, 2, 3], done);
  scrapes.part(id, 3, 'c');
  scrapes.part(id, 1, 'a');
  expect(done).not.toHaveBeenCalled();
  scrapes.part(id, 2, 'b');
  expect(done.mock.calls).toEqual([[['a', 'b', 'c']]]);
  vi.runAllTimers();
  expect(done).toHaveBeenCalledTimes(1);
});

test('a worker that is gone is not waited for', () => {
  const done = vi.fn();
  const scrapes = new MetricsScrapes();
  const id = scrapes.begin([1, 2], done);
  scrapes.part(id, 1, 'a');
  scrapes.leave(2);
  expect(done.mock.calls).toEqual([[['a']]]);
});

test('a worker that is late is not waited for long, and its part is then ignored', () => {
  const done = vi.fn();
  const scrapes = new MetricsScrapes();
  const id = scrapes.begin([1, 2], done);
  const other = scrapes.begin([2], vi.fn());
  expect(other).not.toBe(id);
  scrapes.part(id, 1, 'a');
  vi.advanceTimersByTime(1000);
  expect(done.mock.calls).toEqual([[['a']]]);
  scrapes.part(id, 2, 'b');
  expect(done).toHaveBeenCalledTimes(1);
});
