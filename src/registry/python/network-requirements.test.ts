import { expect, test } from 'vitest';
import { networkRequirements } from './network-requirements.ts';

test.each([
  ['torch', { name: 'torch', version: '2.15.0+cu132' }, ['numpy', 'torch==2.15.0']],
  ['torch', { name: 'torch', version: '2.16.0.dev20261101+cpu' }, ['numpy', 'torch']],
  ['torch', { name: 'torch', version: null }, ['numpy', 'torch']],
  ['safetensors', { name: 'safetensors', version: null }, ['numpy', 'safetensors', 'torch']],
  ['saved-model', { name: 'tensorflow', version: '2.21.0' }, ['tensorflow==2.21.0']],
  ['saved-model', { name: 'tensorflow', version: '1.15.5' }, ['tensorflow']],
  ['keras', { name: 'keras', version: '3.15.1' }, ['keras==3.15.1', 'numpy', 'tensorflow']],
  ['keras-hdf5', { name: 'keras', version: '2.15.0' }, ['tensorflow==2.15.*']],
  ['keras-hdf5', { name: 'keras', version: '2.3.1' }, ['tensorflow']],
] as const)('a file of %s, %o, needs %j', (format, framework, lines) => {
  expect(networkRequirements(format, framework, null)).toEqual(lines);
});

test('the backend that is asked for goes before the one that the file was written with', () => {
  const framework = { name: 'keras', version: '3.15.1', backend: 'torch' };
  expect(networkRequirements('keras-hdf5', framework, null)).toContain('torch');
  expect(networkRequirements('keras-hdf5', framework, 'jax')).toEqual(['jax', 'keras==3.15.1', 'numpy']);
  expect(networkRequirements('keras', framework, 'numpy')).toEqual(['keras==3.15.1', 'numpy']);
});

test('files of other libraries are none of networks', () => {
  expect(networkRequirements('joblib', { name: 'scikit-learn', version: '1.2.2' }, 'jax')).toBeNull();
});
