import { expect, test } from 'vitest';
import {
  type Chosen,
  modelNameOf,
  NOTHING_CHOSEN,
  partsOf,
  problemsOf,
  rolesFor,
  withFiles,
  withoutFile,
  withoutFolder,
  withRole,
} from './chosen-files.ts';

const MEGABYTE = 1e6;
const files = (...paths: string[]) => paths.map((path) => ({ path, size: 10, content: path }));
const chosen = (...paths: string[]): Chosen<string> => withFiles<string>(NOTHING_CHOSEN, files(...paths));
const roles = ({ files: all }: Chosen<string>) =>
  Object.fromEntries(all.map(({ path, role }) => [path, role]));

test('what each file is for is guessed from its name, and one of them is the model', () => {
  expect(
    roles(chosen('churn.pkl_01.npy', 'churn.pkl', 'golden.json', 'train.parquet', 'reasons.yaml')),
  ).toEqual({
    'churn.pkl_01.npy': 'beside',
    'churn.pkl': 'file',
    'golden.json': 'golden',
    'train.parquet': 'reference',
    'reasons.yaml': 'reasons',
  });
  expect(roles(chosen('m.json', 'model.joblib'))).toEqual({ 'm.json': 'beside', 'model.joblib': 'file' });
  expect(roles(chosen('model.onnx.data', 'model.onnx'))).toEqual({
    'model.onnx.data': 'beside',
    'model.onnx': 'file',
  });
});

test('files that come later join those that are there, and one of the same name takes its place', () => {
  const later = withFiles(chosen('churn.joblib'), files('golden.json', 'churn.joblib'));
  expect(roles(later)).toEqual({ 'churn.joblib': 'file', 'golden.json': 'golden' });
  expect(roles(withoutFile(chosen('a.pkl', 'bb.pkl'), 'a.pkl'))).toEqual({ 'bb.pkl': 'file' });
});

test('another file becomes the model by being named so, and the one before lies beside it', () => {
  const other = withRole(chosen('a.pkl', 'bb.pkl'), 'bb.pkl', 'file');
  expect(roles(other)).toEqual({ 'a.pkl': 'beside', 'bb.pkl': 'file' });
  expect(partsOf(other).map(({ part, path }) => [part, path])).toEqual([
    ['file', 'bb.pkl'],
    ['file', 'a.pkl'],
  ]);
});

test('a folder is the model as a whole, without its hidden files', () => {
  const folder = chosen('saved/MLmodel', 'saved/data/model.pkl', 'saved/.git/config', 'golden.json');
  expect(folder).toMatchObject({ folder: { name: 'saved' }, hidden: 1 });
  expect(partsOf(folder).map(({ part, path }) => `${part} ${path}`)).toEqual([
    'folder saved/MLmodel',
    'folder saved/data/model.pkl',
    'golden golden.json',
  ]);
  expect(problemsOf(folder, MEGABYTE)).toEqual([]);
  const both = withFiles(folder, files('churn.joblib'));
  expect(roles(both)).toEqual({ 'golden.json': 'golden', 'churn.joblib': 'none' });
  expect(roles(withoutFolder(both))).toEqual({ 'golden.json': 'golden', 'churn.joblib': 'file' });
  expect(problemsOf(chosen('a/x', 'b/y'), MEGABYTE)).toEqual(['a and b are 2 folders: one is wanted.']);
  const deep = chosen(`${Array(17).fill('d').join('/')}/x`);
  expect(problemsOf(deep, MEGABYTE)[0]).toContain('deeper than 16 folders');
  const many = chosen(...Array.from({ length: 1001 }, (_, k) => `saved/${k}`));
  expect(problemsOf(many, MEGABYTE)[0]).toContain('holds 1,001 files, up to 1000');
});

test('what cannot be sent is told before it is, with what to do', () => {
  const sized = (size: number) =>
    withFiles<string>(NOTHING_CHOSEN, [{ path: 'churn.joblib', size, content: '' }]);
  expect(problemsOf(sized(0), MEGABYTE)[0]).toContain('churn.joblib is empty');
  expect(problemsOf(sized(2 * MEGABYTE), MEGABYTE)[0]).toContain(
    'has 2 MB, and this server takes models of up to 1 MB',
  );
  expect(problemsOf(sized(MEGABYTE), MEGABYTE)).toEqual([]);
  expect(problemsOf(chosen('golden.json'), MEGABYTE)).toEqual([
    'None of these files is the model: say which one is.',
  ]);
  expect(problemsOf(chosen('m.pkl', 'golden.json', 'golden-2.json'), MEGABYTE)[0]).toContain(
    'one file is wanted',
  );
  expect(problemsOf(NOTHING_CHOSEN, MEGABYTE)).toEqual([]);
});

test('the name of the model is that of its file, as far as it is one', () => {
  expect(modelNameOf(chosen('churn.joblib'))).toBe('churn');
  expect(modelNameOf(chosen('_my model (2).tar.gz'))).toBe('my-model-2-');
  expect(modelNameOf(chosen('saved/MLmodel'))).toBe('saved');
  expect(modelNameOf(NOTHING_CHOSEN)).toBe('');
});

test('files of Python are asked for where Python is to run the model', () => {
  expect(rolesFor(false)).not.toContain('requirements');
  expect(rolesFor(true)).toContain('requirements');
});
