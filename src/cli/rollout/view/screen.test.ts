import { expect, test } from 'vitest';
import { LiveScreen } from './screen.ts';
import type { ApplyStyle } from './styled-line.ts';

const plain: ApplyStyle = (_, text) => text;
const recorder = (size: { isTTY: boolean; columns?: number; rows?: number }) => {
  const written: string[] = [];
  return { written, write: (text: string) => written.push(text), ...size };
};

test('on a terminal a frame takes the place of the one before, also where it is shorter', () => {
  const out = recorder({ isTTY: true, columns: 80, rows: 24 });
  const screen = new LiveScreen(out, plain);
  screen.show([['one'], ['two']]);
  screen.show([['three']]);
  screen.close();
  expect(out.written).toEqual([
    '\u001b[?25l\rone\u001b[K\ntwo\u001b[K\n\u001b[J',
    '\u001b[?25l\u001b[2A\rthree\u001b[K\n\u001b[J',
    '\u001b[?25h',
  ]);
});

test('a frame that is higher than the terminal is cut: the cursor could not come back to its top', () => {
  const out = recorder({ isTTY: true, columns: 80, rows: 3 });
  new LiveScreen(out, plain).show([['one'], ['two'], ['three'], ['four']]);
  expect(out.written.join('')).not.toContain('three');
});

test('into a pipe goes every frame that differs from the one before, and no control character', () => {
  const out = recorder({ isTTY: false });
  const screen = new LiveScreen(out, plain);
  for (const word of ['one', 'one', 'two']) screen.show([[word]]);
  screen.close();
  expect(out.written.join('')).toBe('one\n\ntwo\n');
});
