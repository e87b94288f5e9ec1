import { expect, test } from 'vitest';
import { printable, printableAnswer, printableData, printableLines } from './printable.ts';

test('what would move, repaint or reorder a terminal is shown as an escape', () => {
  expect(printable('\x1b[2Jgone\r\n\x9b31m \u202etxet')).toBe(
    '\\u001b[2Jgone\\u000d\\u000a\\u009b31m \\u202etxet',
  );
  expect(printable('Zürich 🏔 naïve')).toBe('Zürich 🏔 naïve');
  expect(printableLines('two\nlines\x07')).toBe('two\nlines\\u0007');
});

test('marks of direction and characters that are not seen are escapes; joined emoji stay', () => {
  expect(printable('a\u200eb\u200fc\u061cd\u2066e\ufefff')).toBe('a\\u200eb\\u200fc\\u061cd\\u2066e\\ufefff');
  expect(printable('tag \u{e0041}')).toBe('tag \\udb40\\udc41');
  expect(printable('👩‍👩‍👧 नमस्ते')).toBe('👩‍👩‍👧 नमस्ते');
});

test('an answer keeps lines and colours, and no other escape of a terminal', () => {
  expect(printableAnswer('\x1b[31mred\x1b[39m\n\u202etxt \x1b[8mhidden\x1b[2J')).toBe(
    '\x1b[31mred\x1b[39m\n\\u202etxt \\u001b[8mhidden\\u001b[2J',
  );
  const document = { 'name\u202e\u{e0041}': 'va\x7flue\x9b' };
  const text = printableAnswer(JSON.stringify(document, null, 2));
  expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  expect(JSON.parse(text)).toEqual(document);
});

test('data keeps its shape', () => {
  const data = { names: ['a\x1b', 'b'], 'k\n': { size: 1, none: null, yes: true } };
  expect(printableData(data)).toEqual({
    names: ['a\\u001b', 'b'],
    'k\\u000a': { size: 1, none: null, yes: true },
  });
});
