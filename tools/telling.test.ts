import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { telling } from './telling.mjs';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function screen(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  return { stream, text: () => text };
}

it('in the log of a pipeline it is one line, whatever follows', () => {
  const { stream, text } = screen(false);
  const line = telling('Installing', stream);
  vi.advanceTimersByTime(60_000);
  line.now('Building');
  line.end();
  vi.advanceTimersByTime(60_000);
  expect(text()).toBe('Installing …\n');
});

it('on a terminal it moves in its place once it takes longer than a second, and ends with its line', () => {
  const { stream, text } = screen(true);
  const line = telling('Installing', stream);
  vi.advanceTimersByTime(900);
  expect(text()).toMatch(/Installing …$/);
  vi.advanceTimersByTime(11_100);
  expect(text()).toMatch(/Installing … \S 12 s$/);
  line.now('Building');
  expect(text()).toMatch(/Building … \S 12 s$/);
  line.end();
  const ended = text();
  expect(ended.match(/\n/g)).toHaveLength(1);
  vi.advanceTimersByTime(5000);
  expect(text()).toBe(ended);
});
