import { expect, test } from 'vitest';
import type { NamedGlobal } from '../../model/description.ts';
import { skewOf } from './skew.ts';

const file = (version: string | null, ...names: readonly string[]) => ({
  format: 'joblib',
  framework: { name: 'scikit-learn', version },
  globals: names.map((name, offset): NamedGlobal => {
    const at = name.lastIndexOf('.');
    return { module: name.slice(0, at), name: name.slice(at + 1), offset, meaning: 'known' };
  }),
});

const found = (...of: Parameters<typeof file>): readonly string[] =>
  skewOf(file(...of)).map(({ level, where }) => `${level} ${where}`);

test('a file of trees says where the record of their nodes is another', () => {
  const TREE = 'sklearn.tree._tree.Tree';
  expect(found('1.2.2', TREE)).toContain('breaks scikit-learn 1.3 and newer');
  expect(found('0.24.2', TREE)).toContain('breaks scikit-learn 1.3 and newer');
  expect(found('1.3.2', TREE)).toEqual([
    'breaks scikit-learn 1.2 and older',
    'breaks scikit-learn 1.4 and newer',
    'warns scikit-learn other than 1.3.2',
  ]);
  expect(found('1.9.1', TREE)).not.toContain('breaks scikit-learn 1.4 and newer');
  expect(found(null, TREE)).toEqual([]);
});

test('what was measured to be gone, or not yet there, is told by the name in the file', () => {
  expect(found('1.3.2', 'sklearn.ensemble._gb_losses.BinomialDeviance')[0]).toBe(
    'breaks scikit-learn 1.6.1 and newer',
  );
  expect(found('1.6.1', '_loss.CyHalfBinomialLoss').slice(0, 2)).toEqual([
    'breaks scikit-learn 1.3.2 and older',
    'breaks scikit-learn 1.9.1 and newer',
  ]);
  const [moved] = skewOf(file('0.20.3', 'sklearn.ensemble.forest.RandomForestClassifier'));
  expect(moved).toMatchObject({
    where: 'scikit-learn 0.24 and newer',
    seen: 'sklearn.ensemble.forest.RandomForestClassifier at byte 0',
  });
  expect(found('1.9.1', 'sklearn.ensemble._forest.RandomForestClassifier')).toHaveLength(1);
});

test('files of NumPy 2 break in NumPy 1, and those of NumPy 1 warn in NumPy 2', () => {
  expect(found(null, 'numpy._core.multiarray._reconstruct')).toEqual(['breaks NumPy 1.23.5 and older']);
  expect(found(null, 'numpy._core.numeric._frombuffer')).toContain('breaks every NumPy 1 (1.26.4 and older)');
  expect(found(null, 'numpy.core.multiarray.scalar')).toEqual(['warns NumPy 2 and newer']);
  expect(skewOf({ ...file('1.9.1', 'numpy.core.multiarray.scalar'), format: 'onnx' })).toEqual([]);
});
