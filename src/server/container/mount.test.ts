import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readManifest } from '../../registry/bundle.ts';
import { type FolderLayout, SEPARATE_FILES } from '../../registry/folder-layout.ts';
import { modelIn, provedMount } from './mount.ts';
import { LazyFolder } from './workspace.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
const workspace = new LazyFolder();
afterAll(() => workspace.remove());

const found = (entries: readonly string[], layout: Partial<FolderLayout> = {}): string =>
  modelIn('/m', entries, { ...SEPARATE_FILES, ...layout });

test('a mounted folder is the one model in it, or a model as a whole', () => {
  expect(found(['churn.joblib', '.sagemaker', 'lost+found'])).toBe('/m/churn.joblib');
  expect(found(['1'])).toBe('/m/1');
  expect(found(['saved_model.pb', 'variables'])).toBe('/m');
  expect(found(['MLmodel', 'model.pkl', 'conda.yaml'])).toBe('/m');
  expect(found(['model.onnx', 'weights.bin'])).toBe('/m/model.onnx');
  expect(found(['model.pkl', 'scaler.pkl'], { isOne: true })).toBe('/m');
});

test('what could be two models, or none, or has code beside it, is refused', () => {
  expect(() => found(['.hidden'])).toThrow('it is empty');
  expect(() => found(['a.joblib', 'b.joblib'])).toThrow('it holds a.joblib, b.joblib');
  expect(() => found(['model.onnx', 'model.joblib'])).toThrow('it holds model.joblib, model.onnx');
  expect(() => found(['model.joblib', 'code'])).toThrow('code ("code"), which nobody has trusted');
  expect(() => found(['model.joblib', 'inference.py'])).toThrow('nobody has trusted');
  const ways = [['scaler.pkl', 'model.pkl']];
  expect(() => found(['model.pkl', 'other.pkl', 'scaler.pkl'], { ways })).toThrow('scaler.pkl, model.pkl');
});

const proved = async (folder: string, choices: { readonly member?: string } = {}) => {
  const { bundle } = await provedMount(join(FIXTURES, folder), { model: 'm', choices }, workspace);
  return readManifest(bundle);
};

test('parts of one model, and a SavedModel, are proved where they are mounted', {
  timeout: 60_000,
}, async () => {
  const parts = await proved('parts/beside/scaled');
  expect(parts?.sideFiles.map(({ name }) => name)).toContain('scaler.pkl');
  expect((await proved('tensorflow/2.21.0/mlp'))?.format).toBe('saved-model');
});

test('of files that several models could be made of, the member that is named is served', {
  timeout: 60_000,
}, async () => {
  await expect(proved('parts/beside/several')).rejects.toMatchObject({ code: 'MOUNT_UNCLEAR' });
  const chosen = await proved('parts/beside/several', { member: 'scaler.pkl,churn.pkl' });
  expect(chosen).toMatchObject({ member: 'scaler.pkl,churn.pkl', parts: true });
});
