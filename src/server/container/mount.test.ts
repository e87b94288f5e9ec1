import { expect, test } from 'vitest';
import { modelIn } from './mount.ts';

test('a mounted folder is the one model in it, or a model as a whole', () => {
  expect(modelIn('/m', ['churn.joblib', '.sagemaker', 'lost+found'])).toBe('/m/churn.joblib');
  expect(modelIn('/m', ['1'])).toBe('/m/1');
  expect(modelIn('/m', ['saved_model.pb', 'variables'])).toBe('/m');
  expect(modelIn('/m', ['MLmodel', 'model.pkl', 'conda.yaml'])).toBe('/m');
  expect(modelIn('/m', ['model.onnx', 'weights.bin'])).toBe('/m/model.onnx');
});

test('what could be two models, or none, or has code beside it, is refused', () => {
  expect(() => modelIn('/m', ['.hidden'])).toThrow('it is empty');
  expect(() => modelIn('/m', ['a.joblib', 'b.joblib'])).toThrow('it holds a.joblib, b.joblib');
  expect(() => modelIn('/m', ['model.onnx', 'model.joblib'])).toThrow('it holds model.joblib, model.onnx');
  expect(() => modelIn('/m', ['model.joblib', 'code'])).toThrow('code ("code"), which nobody has trusted');
  expect(() => modelIn('/m', ['model.joblib', 'inference.py'])).toThrow('nobody has trusted');
});
