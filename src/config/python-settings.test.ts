import { expect, test } from 'vitest';
import { pythonSettings } from './python-settings.ts';

test('without a word, one call has 30 seconds and a worker 4 GiB', () => {
  expect(pythonSettings({})).toMatchObject({ callMillis: 30_000, memoryBytes: 2 ** 32, maxRows: 1024 });
  expect(pythonSettings({}).workers).toBeGreaterThanOrEqual(1);
});

test('the environment decides', () => {
  const env = {
    PLIMSOLL_PYTHON_WORKERS: '3',
    PLIMSOLL_PYTHON_TIMEOUT: '5',
    PLIMSOLL_PYTHON_MEMORY: '512mb',
    PLIMSOLL_PYTHON_MAX_ROWS: '64',
  };
  const expected = { workers: 3, callMillis: 5000, memoryBytes: 2 ** 29, maxRows: 64 };
  expect(pythonSettings(env)).toMatchObject(expected);
});

test('every value that is no good one is named, with what is wanted', () => {
  const env = { PLIMSOLL_PYTHON_WORKERS: '0', PLIMSOLL_PYTHON_TIMEOUT: 'soon' };
  expect(() => pythonSettings(env)).toThrow(
    /PLIMSOLL_PYTHON_WORKERS is "0", wanted "auto" or a number from 1 to 64; PLIMSOLL_PYTHON_TIMEOUT is "soon"/,
  );
});
