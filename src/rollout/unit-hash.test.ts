import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashHex, unitHalves, unitHash } from './unit-hash.ts';

// Made with an independent murmur3 (mmh3 5.3.1 from PyPI): mmh3.hash(id, 0x706c696d, signed=False), … 0x736f6c6c.
test.each([
  ['user-1', 'bdcc23636faa5d15'],
  ['', '162c12fe4e740ae3'],
  ['käse', '8207603e1081d492'],
])('the hash of "%s" is the one that stored rows hold', (unit, hash) => {
  expect(unitHash(unit)).toBe(hash);
});

test('the text holds both halves and nothing else', () => {
  fc.assert(
    fc.property(fc.string(), (unit) => {
      const [high, low] = unitHalves(unit);
      expect(unitHash(unit)).toMatch(/^[0-9a-f]{16}$/);
      expect(BigInt(`0x${unitHash(unit)}`)).toBe((BigInt(high) << 32n) | BigInt(low));
      expect(hashHex(high, low)).toBe(unitHash(unit));
    }),
  );
});
