/** Laws and what is made of them, against scipy 1.17. */
import { expect, test } from 'vitest';
import { andersonDarling } from './anderson-darling.ts';
import { incompleteBeta } from './beta.ts';
import { cramerVonMises } from './cramer-von-mises.ts';
import { eppsSingleton } from './epps-singleton.ts';
import { chiSquareTail, logGamma } from './gamma.ts';
import { kolmogorovTail } from './kolmogorov-distribution.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { normalCdf, normalQuantile, normalTail } from './normal.ts';
import { sorted } from './sample-distances.ts';
import { studentCdf, studentQuantile } from './student-t.ts';

/** Relative, because tails are small. */
const near = (ours: number, theirs: number, digits = 11): void =>
  expect(ours / theirs).toBeCloseTo(1, digits);

// A row for each way in which the tail is computed.
test.each([
  [5, 0.3, 0.664],
  [12, 0.9, 2.0000005953741753e-12],
  [50, 0.1, 0.6623112704658186],
  [200, 0.08, 0.1463961356372503],
  [1312, 0.0612, 0.0001028477550785592],
  [3000, 0.01, 0.9220855022879386],
  [20000, 0.004, 0.9048968240702959],
  [120000, 0.0045, 0.015454335408635915],
  [7, 0.08, 0.9999999978071296],
])('of %i values Kolmogorov’s statistic is above %f with probability %f', (n, d, p) =>
  near(kolmogorovTail(n, d), p, 9),
);

test.each([
  [0.5, 0.2, 0.5270892568655381],
  [2, 9, 0.0012340980408667957],
  [15, 3, 0.9999993296140888],
  [40, 120, 6.781974852975972e-18],
  [200, 180, 0.9251419650158405],
])('Q(%f, %f) of the gamma function is %f', (a, x, q) => near(chiSquareTail(2 * x, 2 * a), q));

test.each([
  [0.2, 0.5, 3, 0.733430296619931],
  [0.9, 12, 4, 0.9444443699924641],
  [0.5, 200, 190, 0.3060988014510171],
])('I of the beta function at %f with %f and %f is %f', (x, a, b, value) =>
  near(incompleteBeta(x, a, b), value),
);

test.each([
  [-3, 0.9986501019683699],
  [0.5, 0.3085375387259869],
  [1.999, 0.02280417693265888],
  [2.001, 0.02269619494564154],
  [7, 1.279812543885835e-12],
  [30, 4.906713927147908e-198],
])('a normal number is above %f with probability %f', (z, p) => near(normalTail(z), p));

test.each([
  [-2.5, 3, 0.04385332350403278],
  [1, 40, 0.8383390941258544],
  [-9, 7.5, 1.3946420627284907e-5],
])('Student’s number is below %f, with %f degrees, with probability %f', (t, degrees, p) =>
  near(studentCdf(t, degrees), p),
);

test('quantiles undo distribution functions, and log gamma is that of factorials', () => {
  for (const p of [1e-6, 0.02, 0.5, 0.9, 0.99999]) {
    near(normalCdf(normalQuantile(p)), p, 9);
    near(studentCdf(studentQuantile(p, 6), 6), p, 9);
  }
  let factorial = 0;
  for (let n = 2; n < 150; n++) {
    factorial += Math.log(n);
    near(logGamma(n + 1), factorial);
  }
});

test('of more than 10,000 values the law of one sample answers, of half a value less: 1312.5 is 1312', () => {
  const x = sorted(Array.from({ length: 10_500 }, (_, i) => i));
  const y = sorted(Array.from({ length: 1500 }, (_, i) => 7 * i + 300));
  const { statistic, p } = kolmogorovSmirnov(x, y);
  near(statistic, 0.028571428571428636);
  near(p, 0.23004193264121098, 9);
});

test('three values are enough for Epps and Singleton, with two degrees of freedom', () => {
  const x = sorted(Array.from({ length: 30 }, (_, i) => i % 3));
  const y = sorted(Array.from({ length: 36 }, (_, i) => (i % 4) % 3));
  const { statistic, p } = eppsSingleton(x, y)!;
  near(statistic, 1.9354838709677413, 9);
  near(p, 0.37993999923303917, 9);
  expect(eppsSingleton(sorted([1, 1, 1, 1, 2]), sorted([1, 1, 1, 1, 1]))).toBeNull();
});

test('Anderson and Darling with ties', () => {
  const x = sorted([1, 2, 2, 3.5, 7, 9, 9.5, 11]);
  const y = sorted([0, 2, 4, 5, 6.5, 7, 8, 12, 13]);
  const { statistic, p } = andersonDarling(x, y);
  near(statistic, -0.7969480106278698);
  near(p, 0.25, 9);
});

test('Cramér and von Mises of ties beyond all measure: as many terms as scipy adds', () => {
  const ones = (n: number, count: number) => sorted(Array.from({ length: n }, (_, i) => (i < count ? 1 : 0)));
  const { statistic, p } = cramerVonMises(ones(10_500, 3137), ones(12, 4));
  near(statistic, 284096.88409938756);
  expect(p).toBeCloseTo(5.931665836622635e-6, 12);
});
