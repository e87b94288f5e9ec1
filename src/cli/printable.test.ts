import { expect, test } from 'vitest';
import { printable, printableData, printableLines } from './printable.ts';

test('what would move, repaint or reorder a terminal is shown as an escape', () => {
  expect(printable('\x1b[2Jgone\r\n\x9b31m \u202etxet')).toBe(
    '\\u001b[2Jgone\\u000d\\u000a\\u009b31m \\u202etxet',
  );
  expect(printable('Zürich 🏔 naïve')).toBe('Zürich 🏔 naïve');
  expect(printableLines('two\nlines\x07')).toBe('two\nlines\\u0007');
});

test('data keeps its shape', () => {
  const data = { names: ['a\x1b', 'b'], 'k\n': { size: 1, none: null, yes: true } };
  expect(printableData(data)).toEqual({
    names: ['a\\u001b', 'b'],
    'k\\u000a': { size: 1, none: null, yes: true },
  });
});
