import { expect, test } from 'vitest';
import { rawOf, rawText } from './raw.ts';

test('a record is shown as it stands there, byte order mark and all', () => {
  expect(rawText(Buffer.from('\uFEFFa,"é"\r'))).toBe('\uFEFFa,"é"\r');
  expect(rawText(Buffer.from([0x61, 0xff, 0x62]))).toBe('a\uFFFDb');
  expect(rawOf({ id: '1', x: null })).toBe('{"id":"1","x":null}');
});

test('a long record is cut between two characters', () => {
  for (const character of ['é', '€', '😀']) {
    for (const before of ['', 'x', 'xx', 'xxx']) {
      const shown = rawText(Buffer.from(before + character.repeat(40_000)));
      expect(Buffer.byteLength(shown)).toBeGreaterThan(65_532);
      expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(65_536);
      expect(shown).not.toContain('\uFFFD');
    }
  }
});
