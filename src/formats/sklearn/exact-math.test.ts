import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ulpDistance } from '../../core/float.ts';
import { exactExp, exactLog, exactLog1p } from './exact-math.ts';

/** Computed with 60 digits (Python's decimal) and rounded once. */
const LOGS = [
  [622.901694889702, 6.434388713222367],
  [358.53551175589524, 5.882027711635703],
  [942.4502837770503, 6.848483168622702],
  [0.6520316967541351, -0.42766210358355666],
  [0.002900522828361474, -5.842864272597325],
  [7.75958567435717e-6, -11.766581617674323],
  [6.489745531369242e-7, -14.247872330353209],
  [0.011320596465314437, -4.481131516313043],
  [0.008684454578650953, -4.746220681646708],
  [5.437608592359304, 1.6933393672239923],
  [249.33071444268663, 5.518780185679092],
  [2.1672980046384818e-5, -10.7394442324254],
] as const; // prettier-ignore
const EXPS = [
  [-25.4339468977777, 8.998646869062027e-12],
  [29.396727541521457, 5845700452226.579],
  [-8.845015073058484, 0.00014409826820224172],
  [20.954034207550876, 1259567452.8096247],
  [-34.24546114279782, 1.3408654344697499e-15],
  [9.434094797046491, 12507.638254718378],
  [-4.413145108998286, 0.01211700902395088],
  [-29.420731662646027, 1.670085038311049e-13],
] as const; // prettier-ignore
const LOG1PS = [
  [0.8502071214357655, 0.6152975903563028],
  [-0.05229785115087879, -0.053715015072533144],
  [0.08282287803914994, 0.07957140712655632],
  [0.006703339777862435, 0.006680972298013099],
  [-0.033542753807708346, -0.03411821701596421],
  [7.060224396745918e-7, 7.060221904408665e-7],
  [0.02263143522188299, 0.022379143678162242],
  [7.937568019583984e-6, 7.937536517257652e-6],
] as const; // prettier-ignore

test('logarithms and exponentials are the nearest doubles to their values', () => {
  for (const [x, y] of LOGS) expect(exactLog(x)).toBe(y);
  for (const [x, y] of EXPS) expect(exactExp(x)).toBe(y);
  for (const [x, y] of LOG1PS) expect(exactLog1p(x)).toBe(y);
});

test('they stay within an ulp of the functions of JavaScript', () => {
  const positive = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
  fc.assert(fc.property(positive, (x) => ulpDistance(exactLog(x), Math.log(x)) <= 1));
  fc.assert(
    fc.property(
      fc.double({ min: -600, max: 600, noNaN: true }),
      (x) => ulpDistance(exactExp(x), Math.exp(x)) <= 1,
    ),
  );
});

test('the edges are those of JavaScript', () => {
  expect(exactLog(1)).toBe(0);
  expect(exactLog(0)).toBe(-Infinity);
  expect(exactLog(-1)).toBeNaN();
  expect(exactExp(0)).toBe(1);
  expect(exactExp(-Infinity)).toBe(0);
});
