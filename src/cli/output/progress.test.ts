import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ProgressLine, StepLines } from './progress.ts';

const written: string[] = [];
const out = { write: (text: string) => written.push(text) };

beforeEach(() => {
  vi.useFakeTimers();
  written.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

test('work that ends within a second shows nothing', () => {
  const progress = new ProgressLine('model.pkl', out);
  progress.update('reading', 0.5);
  vi.advanceTimersByTime(900);
  progress.done();
  expect(written).toEqual([]);
});

test('longer work says what it does and how far it is, and leaves no trace', () => {
  const progress = new ProgressLine('model.pkl', out);
  progress.update('reading', 0.5);
  vi.advanceTimersByTime(1100);
  expect(written.at(-1)).toBe('\rmodel.pkl: reading ████████████░░░░░░░░░░░░ 50 %\u001b[K');
  progress.update('comparing engines');
  vi.advanceTimersByTime(100);
  expect(written.at(-1)).toMatch(/^\rmodel\.pkl: comparing engines ░+█░+/);
  progress.done();
  expect(written.at(-1)).toBe('\r\u001b[K');
  const draws = written.length;
  vi.advanceTimersByTime(1000);
  expect(written.length).toBe(draws);
});

test('work that never waits has the line drawn, ten times a second at most', () => {
  let time = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => time);
  // A terminal that nobody told its size has none.
  const progress = new ProgressLine('model.pkl', { ...out, columns: 0 });
  const draws = [900, 1001, 1050, 1102].map((now) => {
    time = now;
    progress.update('reading', 0.5);
    return written.length;
  });
  expect(draws).toEqual([0, 1, 1, 2]);
  expect(written.at(-1)).toBe('\rmodel.pkl: reading ████████████░░░░░░░░░░░░ 50 %\u001b[K');
  clock.mockRestore();
  progress.done();
});

test('what is said in between takes the place of the line, which comes back', () => {
  const progress = new ProgressLine('model.pkl', out);
  progress.update('reading', 0.5);
  vi.advanceTimersByTime(1100);
  progress.clear();
  expect(written.at(-1)).toBe('\r\u001b[K');
  vi.advanceTimersByTime(100);
  expect(written.at(-1)).toContain('reading');
  progress.done();
});

test.each([
  [44, '\rmodels/churn.joblib: comparing engines'],
  [32, '\r…hurn.joblib: comparing engines'],
  [22, '\r…b: comparing engines'],
  [12, '\rcomparing …'],
])('on a terminal of %i columns the line stays one line', (columns, shown) => {
  const progress = new ProgressLine('models/churn.joblib', { ...out, columns });
  progress.update('comparing engines');
  vi.advanceTimersByTime(1100);
  expect(written.at(-1)).toBe(`${shown}\u001b[K`);
  expect(shown.length - 1).toBeLessThan(columns);
  progress.done();
});

test('where nothing can be redrawn each step is said once, as it begins', () => {
  const steps = new StepLines((text) => written.push(text));
  for (const text of ['making a', 'waiting for a', 'waiting for a', 'making b']) steps.update(text);
  steps.done();
  expect(written).toEqual(['making a', 'waiting for a', 'making b']);
});
