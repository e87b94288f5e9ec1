import { expect, test } from 'vitest';
import { pythonSettings } from './python-settings.ts';

test('without a word, one call has 30 seconds and a worker 4 GiB', () => {
  expect(pythonSettings({})).toMatchObject({ callMillis: 30_000, memoryBytes: 2 ** 32, maxRows: 1024 });
  const { min, max } = pythonSettings({}).workers;
  expect([min, max >= 1]).toEqual([max, true]);
});

test('the environment decides', () => {
  const env = {
    PLIMSOLL_PYTHON_WORKERS: '3',
    PLIMSOLL_PYTHON_TIMEOUT: '5',
    PLIMSOLL_PYTHON_MEMORY: '512mb',
    PLIMSOLL_PYTHON_MAX_ROWS: '64',
  };
  const expected = { workers: { min: 3, max: 3 }, callMillis: 5000, memoryBytes: 2 ** 29, maxRows: 64 };
  expect(pythonSettings(env)).toMatchObject(expected);
});

test('every value that is no good one is named, with what is wanted', () => {
  const env = { PLIMSOLL_PYTHON_WORKERS: '0', PLIMSOLL_PYTHON_TIMEOUT: 'soon' };
  expect(() => pythonSettings(env)).toThrow(
    /PLIMSOLL_PYTHON_WORKERS is "0", wanted "auto", a number from 1 to 64, or a range such as 0-4; PLIMSOLL_PYTHON_TIMEOUT is "soon"/,
  );
});

test('workers may be a range, whose least may be none', () => {
  const workers = (text: string) => pythonSettings({ PLIMSOLL_PYTHON_WORKERS: text }).workers;
  expect(workers('0-2')).toEqual({ min: 0, max: 2 });
  expect(workers('2-2')).toEqual({ min: 2, max: 2 });
  for (const text of ['3-2', '0-0', '1-65', '1-', '-1', '1-2-3', ' 1-2'])
    expect(() => workers(text), text).toThrow('PLIMSOLL_PYTHON_WORKERS');
});
