import { expect, test } from 'vitest';
import type { OutlineStep } from './outline-schemas.ts';
import { stepChanges } from './step-changes.ts';

const step = (id: number, name: string, more: Partial<OutlineStep> = {}): OutlineStep => ({
  ...{ id, name, parent: id === 0 ? null : 0, kind: 'standard-scaler', class: 'StandardScaler' },
  ...{ arrangement: 'one', columns: null, width: 3, parameters: [], learned: [], omitted: 0 },
  ...more,
});
const fact = (name: string, value: string, mark: string | null = null) => ({ name, value, mark });

test('steps are added, removed and changed by the names that lead to them', () => {
  const before = [step(0, ''), step(1, 'scale', { parameters: [fact('with_mean', 'True')] }), step(2, 'old')];
  const after = [
    step(0, ''),
    step(1, 'new', { parameters: [fact('k', '3')] }),
    step(2, 'scale', {
      parameters: [fact('with_mean', 'False')],
      learned: [fact('scale', '3 numbers', 'a')],
    }),
  ];
  expect(stepChanges(before, after)).toEqual([
    { path: 'old', class: 'StandardScaler', change: 'removed', facts: [] },
    {
      ...{ path: 'new', class: 'StandardScaler', change: 'added' },
      facts: [{ name: 'k', isLearned: false, before: null, after: '3' }],
    },
    {
      ...{ path: 'scale', class: 'StandardScaler', change: 'changed' },
      facts: [
        { name: 'with_mean', isLearned: false, before: 'True', after: 'False' },
        { name: 'scale', isLearned: true, before: null, after: '3 numbers' },
      ],
    },
  ]);
});

test('what a text does not show differs by its mark, and the same is no change', () => {
  const of = (mark: string) => [step(0, '', { learned: [fact('coef', '300 numbers from 0 to 1', mark)] })];
  expect(stepChanges(of('a'), of('a'))).toEqual([]);
  expect(stepChanges(of('a'), of('b'))).toMatchObject([{ change: 'changed', facts: [{ isLearned: true }] }]);
});

test('another class of the same name is a change, and names that come twice are told apart', () => {
  const before = [step(0, ''), step(1, 'a'), step(2, 'a')];
  const after = [step(0, ''), step(1, 'a'), step(2, 'a', { class: 'MinMaxScaler' })];
  expect(stepChanges(before, after)).toEqual([
    {
      ...{ path: 'a (2)', class: 'MinMaxScaler', change: 'changed' },
      facts: [{ name: 'class', isLearned: false, before: 'StandardScaler', after: 'MinMaxScaler' }],
    },
  ]);
});
