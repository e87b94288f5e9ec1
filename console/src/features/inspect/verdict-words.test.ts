import { expect, test } from 'vitest';
import type { ExaminedFile } from '../../reader/messages.ts';
import { serveCommand, verdictWords } from './verdict-words.ts';

const RUNS = { runs: true, reason: null };
const file = (change: Partial<ExaminedFile>): ExaminedFile => ({
  ...{ file: 'churn.joblib', size: 1, verdict: 'runs', signature: null, goldenRows: 0, obstacles: [] },
  ...{ engines: { native: RUNS, onnx: RUNS }, members: [], skew: [] },
  names: { known: 3, packages: ['sklearn'], foreign: [], moreForeign: 0 },
  outline: {
    ...{ format: 'joblib', framework: 'scikit-learn 1.9.1', compression: null, steps: [], omittedSteps: 0 },
    ...{ ensembles: [], linear: [], graph: null, notes: [] },
  },
  ...change,
});

test('a file that would run code says which, and that nothing ran', () => {
  const foreign = [{ module: 'os', name: 'system', offset: 2, meaning: 'dangerous' as const }];
  const names = { known: 0, packages: [], foreign, moreForeign: 0 };
  expect(verdictWords(file({ verdict: 'dangerous', names }))).toMatchObject({
    tone: 'act',
    sentence: 'Loading it in Python would run os.system. The name was read here, and nothing was run.',
  });
});

test('one engine proves less than two', () => {
  expect(verdictWords(file({})).sentence).toMatch(/^Two engines .* check each other/);
  const native = { runs: false, reason: 'an ONNX graph runs in onnxruntime' };
  expect(verdictWords(file({ engines: { native, onnx: RUNS } })).sentence).toMatch(/^One engine/);
  expect(verdictWords(file({ verdict: 'blocked', engines: null })).tone).toBe('watch');
});

test('a command is written as a shell wants it', () => {
  expect(serveCommand('churn.joblib', null)).toBe('plimsoll serve churn.joblib');
  expect(serveCommand("it's mine.pkl", 'model')).toBe(`plimsoll serve 'it'\\''s mine.pkl' --member model`);
  expect(serveCommand('-rf.pkl', null)).toBe('plimsoll serve ./-rf.pkl');
});
