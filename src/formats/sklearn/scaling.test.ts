import { expect, test } from 'vitest';
import { readMaxAbsScaler, readMinMaxScaler, readRobustScaler, readStandardScaler } from './scaling.ts';
import { floats, instance, testReading } from './testing/values.ts';

const fitted = (release: string) => ({
  _sklearn_version: release,
  ...{ mean_: floats([0]), scale_: floats([1]), min_: floats([0]), center_: floats([0]) },
});

test.each([
  ['StandardScaler', readStandardScaler],
  ['MinMaxScaler', readMinMaxScaler],
  ['MaxAbsScaler', readMaxAbsScaler],
  ['RobustScaler', readRobustScaler],
])('%s refuses missing values before 0.20, as that release does', (name, read) => {
  const refuses = (release: string) =>
    read(testReading().view(instance(`sklearn.preprocessing.${name}`, fitted(release)), '')).refusesMissing;
  expect(refuses('0.19.2')).toBe(true);
  expect(refuses('0.20.0')).toBeUndefined();
});
