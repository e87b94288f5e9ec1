import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextDown, nextDown32, nextUp, nextUp32, ulpDistance } from './float.ts';

test('nextUp() and nextDown() step by one unit in the last place', () => {
  // Python math.nextafter: 1.0 → 1.0000000000000002, 0.9999999999999999; 0 → 5e-324.
  expect(nextUp(1)).toBe(1.0000000000000002);
  expect(nextDown(1)).toBe(0.9999999999999999);
  expect(nextUp(0)).toBe(5e-324);
  expect(nextDown(0)).toBe(-5e-324);
  expect(nextUp(Number.MAX_VALUE)).toBe(Infinity);
  expect(nextUp(-5e-324)).toBe(-0);
});

test('nextUp32() and nextDown32() step by one float32', () => {
  // numpy.nextafter(np.float32(1), np.float32(2)) = 1.0000001192092896
  expect(nextUp32(1)).toBe(1.0000001192092896);
  expect(nextDown32(1)).toBe(0.9999999403953552);
  expect(nextUp32(0)).toBe(1.401298464324817e-45);
});

test('ulpDistance() counts the numbers between two floats', () => {
  expect(ulpDistance(1, 1)).toBe(0);
  expect(ulpDistance(1, nextUp(nextUp(1)))).toBe(2);
  expect(ulpDistance(-5e-324, 5e-324)).toBe(2);
  expect(ulpDistance(NaN, 1)).toBe(Infinity);
  expect(ulpDistance(0, -0)).toBe(0);
});

test('nextDown() undoes nextUp() for every finite number', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e308 }),
      (x) => nextDown(nextUp(x)) === x,
    ),
  );
});
