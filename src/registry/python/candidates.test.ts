import { expect, test } from 'vitest';
import { PlimsollError } from '../../core/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import { PythonFailureError } from '../../engine/python/failure.ts';
import type { ModelDescriptionReply, PythonFailure } from '../../engine/python/messages.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import { columnNames } from '../../model/column-names.ts';
import type { ModelContent } from '../../model/description.ts';
import type { Signature } from '../../model/signature.ts';
import { candidatesFor, mayTakeFrames } from './candidates.ts';
import { firstThatFits } from './trial.ts';

const described: ModelDescriptionReply = {
  form: 'model',
  class: 'sklearn.pipeline.Pipeline',
  inputs: { form: 'table', columns: [{ name: 'x0', named: false, type: 'number' }] },
  call: { container: 'array' },
  outputs: ['predict'],
  classes: null,
};
const compiled: Signature = {
  form: 'table',
  columns: [{ name: 'length', named: true, type: 'number', nullable: false, largest: 9 }],
  outputs: [],
  classes: null,
};
const content: ModelContent = {
  kind: 'steps',
  root: {
    kind: 'function',
    origin: { path: '', class: 'sklearn.test', offset: 0 },
    features: 1,
    featureNames: null,
    function: 'square',
  },
  signature: compiled,
};
const hints = { stated: null, content: null, described, rows: null, hasScript: false };
const named = { dataframe_records: [{ age: 30 }] };

const namesIn = (candidates: ReturnType<typeof candidatesFor>) =>
  candidates.map(({ signature }) => columnNames(signature));

test('golden rows with names come before what the model says of columns without', () => {
  expect(namesIn(candidatesFor({ ...hints, rows: named }))).toEqual([['age'], null]);
  expect(namesIn(candidatesFor({ ...hints, rows: { instances: [[30]] } }))).toEqual([null, null]);
});

test('names that the file itself knows come before those of golden rows', () => {
  expect(namesIn(candidatesFor({ ...hints, content, rows: named }))).toEqual([['length'], ['age'], null]);
});

test('what bounds the columns of the model behind a script does not bound what the script takes', () => {
  const [golden, behind] = candidatesFor({
    ...hints,
    content,
    rows: { instances: [[30]] },
    hasScript: true,
  });
  expect(columnNames(golden!.signature)).toBe(null);
  expect(behind!.signature).toMatchObject({ columns: [{ name: 'length', nullable: true }] });
  expect(behind!.signature).not.toHaveProperty('columns.0.largest');
});

test('a model that says what it wants is not given frames instead', () => {
  expect(mayTakeFrames(described)).toBe(true);
  expect(mayTakeFrames({ ...described, call: { container: 'tensors' } })).toBe(false);
  expect(mayTakeFrames({ ...described, inputs: { form: 'text' } })).toBe(false);
  expect(mayTakeFrames({ ...described, form: 'functions' })).toBe(false);
});

const failure: PythonFailure = {
  kind: 'error',
  id: 1,
  stage: 'code',
  type: 'IndexError',
  message: 'only integers are valid indices',
  at: { file: 'code/features.py', line: 17, text: 'return X["age"]' },
  missing: null,
  traceback: '',
  rss: 0,
};
const engineThat = (infer: (batch: Batch) => Promise<Outputs>): Engine => ({
  id: 'python',
  infer,
  close: () => undefined,
});
const raising = engineThat(() => Promise.reject(new PythonFailureError(failure)));
const golden = {
  input: named,
  expected: { predict: [1] },
  tolerance: { rtol: 0, atol: 0 },
};
const use = () => undefined;

test('a candidate whose golden rows raise makes way for the next one', async () => {
  const asked: Batch[] = [];
  const engine = engineThat((batch) => {
    asked.push(batch);
    return asked.length === 1
      ? Promise.reject(new PythonFailureError(failure))
      : Promise.resolve({ predict: { dtype: 'float64', shape: [1], data: Float64Array.of(1) } });
  });
  const [stated] = candidatesFor({ ...hints, rows: named });
  const candidates = candidatesFor({ ...hints, stated: stated!.signature, rows: named });
  const found = await firstThatFits({ model: 'm', engine, rows: golden.input, candidates, use });
  expect(found.signature).toBe(candidates[1]!.signature);
});

test('where all raise, the best one tells its line', async () => {
  const candidates = candidatesFor({ ...hints, rows: named });
  const tried = firstThatFits({ model: 'm', engine: raising, rows: golden.input, candidates, use });
  await expect(tried).rejects.toMatchObject({ failure: { at: { line: 17 } } });
});

test('where a made-up row fails, the line and the words of Python are told', async () => {
  const candidates = candidatesFor(hints);
  const tried = firstThatFits({ model: 'm', engine: raising, rows: null, candidates, use });
  await expect(tried).rejects.toMatchObject({
    code: 'PYTHON_SIGNATURE_UNKNOWN',
    details: {
      reason:
        'it does not answer a row that was made up for it (code/features.py, line 17: return X["age"]): IndexError: only integers are valid indices',
    },
  });
});

test('a worker that is gone is not asked again', async () => {
  let asked = 0;
  const engine = engineThat(() => {
    asked += 1;
    return Promise.reject(
      new PlimsollError('PYTHON_WORKER_ENDED', { model: 'm', reason: 'it was killed', retry: 1 }),
    );
  });
  const candidates = candidatesFor({ ...hints, rows: named });
  const tried = firstThatFits({ model: 'm', engine, rows: golden.input, candidates, use });
  await expect(tried).rejects.toMatchObject({ code: 'PYTHON_WORKER_ENDED' });
  expect(asked).toBe(1);
});
