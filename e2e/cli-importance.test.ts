import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, plimsoll, ROOT } from './cli.ts';

const MODEL = join(ROOT, 'fixtures/explanations/columns-forest.joblib');
const { answers } = JSON.parse(readFileSync(join(ROOT, 'fixtures/importance/answers.json'), 'utf8'));
const { rows, labels, permutation } = answers['columns-forest'];

/** The rows with their labels, as people keep them. */
function labelled(label: (given: number, row: number) => string | number): string {
  const path = join(folder(), 'rows.csv');
  const lines = rows.map((row: readonly unknown[], k: number) => [...row, label(labels[k], k)].join(','));
  writeFileSync(path, `a,b,c,kind,place,left\n${lines.join('\n')}\n`);
  return path;
}

test('a person reads what moves the answers, what shuffling costs, and a curve', () => {
  const input = labelled((label) => label);
  const asked = ['--input', input, '--labels', 'left', '--dependence', 'c', 'kind'];
  const { status, stdout, stderr } = plimsoll('importance', MODEL, ...asked);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  for (const part of ['by tree-path-dependent over 60 rows', 'accuracy loses', 'along c', '●', '  y  0.'])
    expect(stdout).toContain(part);
});

test('a program reads one document, by the shuffles of scikit-learn', () => {
  const input = labelled((label) => label);
  const asked = ['--labels', 'left', '--method', 'permutation', '--scoring', 'roc_auc', '--repeats', '3'];
  const { stdout } = plimsoll('importance', MODEL, '--input', input, ...asked, '--seed', '11', '--json');
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ rows: 60, rowsGiven: 60, features: ['a', 'b', 'c', 'kind', 'place'] });
  expect(document.shap).toBeUndefined();
  const found = document.permutation.importances.flat();
  for (const [k, value] of permutation.roc_auc.importances.flat().entries())
    expect(found[k]).toBeCloseTo(value, 9);
});

test.each([
  ['no labels', ['--method', 'both'], (label: number) => label, 'USAGE', '--labels'],
  [
    'labels of no class',
    ['--labels', 'left'],
    (_: number, row: number) => (row === 4 ? 'maybe' : 0),
    'INPUT_INVALID',
    'row 4, column "left"',
  ],
  [
    'a score of numbers',
    ['--labels', 'left', '--scoring', 'r2'],
    (label: number) => label,
    'EXPLANATION_UNFIT',
    'classes',
  ],
  [
    'labels that do not vary',
    ['--labels', 'left', '--scoring', 'roc_auc'],
    () => 1,
    'EXPLANATION_UNFIT',
    'roc_auc',
  ],
  [
    'a column that is not there',
    ['--dependence', 'kinds'],
    (label: number) => label,
    'USAGE',
    'did you mean "kind"',
  ],
] as const)('%s: refused with what to do', (_, asked, label, code, said) => {
  const { status, stdout } = plimsoll('importance', MODEL, '--input', labelled(label), ...asked, '--json');
  const { error } = JSON.parse(stdout);
  expect([error.code, status === 0]).toEqual([code, false]);
  expect(`${error.message} ${error.hint}`).toContain(said);
});
