import { expect, test } from 'vitest';
import { failureReason } from './failure-reason.ts';

test('an error of the scorer is said in its own words, wherever it stands in a trace', () => {
  const lines = [
    '26/11/26 04:34:48 WARN TaskSetManager: Lost task 0.0 in stage 0.0: org.apache.spark.api.python.PythonException',
    `plimsoll_scoring.ScorerFailed: PLIMSOLL BUNDLE_GONE ${JSON.stringify({ code: 'BUNDLE_GONE', message: 'It is gone', details: {} })}`,
    'Caused by: org.apache.spark.SparkException: Job aborted due to stage failure',
  ];
  expect(failureReason(lines, 'exit code 1')).toBe('It is gone');
});

test('a scorer that ended is quoted with what it printed', () => {
  const lines = [
    '  File "x.py", line 3',
    'plimsoll_scoring.ScorerFailed: the scorer ended with -9: it said nothing',
  ];
  expect(failureReason(lines, 'exit code 1')).toBe('the scorer ended with -9: it said nothing');
});

test('else the last exception counts, of Java or Python', () => {
  const lines = [
    'java.lang.IllegalStateException: first',
    '\tat a.b.C(C.java:1)',
    'Caused by: java.io.IOException: No space left',
  ];
  expect(failureReason(lines, 'exit code 1')).toBe('No space left');
  expect(failureReason(["ModuleNotFoundError: No module named 'pyarrow'"], 'exit code 1')).toBe(
    "No module named 'pyarrow'",
  );
});

test('without any, the status is all there is to say', () => {
  expect(failureReason(['nothing of interest'], 'killed by SIGKILL')).toBe(
    'spark-submit ended: killed by SIGKILL',
  );
});
