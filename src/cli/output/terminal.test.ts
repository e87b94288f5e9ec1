import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Terminal } from './terminal.ts';

/** What a screen would show: both streams in the order in which they are written. */
let screen = '';
const wasTTY = process.stderr.isTTY;

beforeEach(() => {
  screen = '';
  vi.useFakeTimers();
  process.stderr.isTTY = true;
  for (const stream of [process.stderr, process.stdout])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      screen += text;
      return true;
    });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  process.stderr.isTTY = wasTTY;
});

/** What is left on the screen: a line that nothing follows before the next `\r` is drawn over. */
const shown = (): string =>
  screen
    .split('\r')
    .map((piece) => {
      const [line = '', after = line] = piece.split('\u001b[K');
      return after === '' || after === line ? after : `${line}${after}`;
    })
    .join('');

test('answers, notes and failures take the place of the line of progress', () => {
  const terminal = new Terminal({ json: false, quiet: false });
  const progress = terminal.progress('model.pkl');
  progress.update('proving');
  vi.advanceTimersByTime(1500);
  terminal.note('a note');
  vi.advanceTimersByTime(500);
  terminal.answer({}, () => 'the answer');
  vi.advanceTimersByTime(500);
  progress.done();
  expect(shown()).toBe('a note\nthe answer\n');
  screen = '';
  terminal.progress('model.pkl').update('proving');
  vi.advanceTimersByTime(1500);
  terminal.fail(new Error('no'), 'test');
  expect(shown()).toMatch(/^\S*INTERNAL/);
});
