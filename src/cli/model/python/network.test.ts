import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CompileBlocker } from '../../../model/blocker.ts';
import { networkNeeds } from './network.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-network-'));
const model = join(folder, 'model');

beforeAll(() => {
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'nets.py'), 'import torch\nclass Net(torch.nn.Module):\n    pass\n');
  writeFileSync(join(folder, 'src/ops.py'), '@torch.library.custom_op("mylib::twice", mutates_args=())\n');
  writeFileSync(join(folder, 'src/layers.py'), 'class Scale(keras.layers.Layer):\n    pass\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const blocked = (name: string, field: string, found = ''): CompileBlocker => ({
  ...{ path: '', class: name, offset: 0, field, found, wanted: '' },
});

test.each([
  ['weights alone', blocked('state dict of torch', 'the network'), 'nets.py'],
  ['weights in safetensors', blocked('safetensors', 'the network'), 'nets.py'],
  ['a custom operator', blocked('torch.ops.mylib.twice.default', 'the operator'), 'src/ops.py'],
  ['a class of somebody', blocked('keras.Scale', 'the class', '"mine>Scale"'), 'src/layers.py'],
  ['a class of a module', blocked('keras.Scale', 'the class', '"nets.layers.Scale"'), 'src/layers.py'],
])('%s is found in a module nearby', (_, blocker, path) => {
  const { lacks, code } = networkNeeds(model, [blocker], false);
  expect(lacks).not.toBeNull();
  expect(code).toBe(join(folder, path));
});

test('what no module nearby defines is named, and of two that fit none is taken', () => {
  const unknown = blocked('keras.Other', 'the class', '"mine>Other"');
  expect(networkNeeds(model, [unknown], false)).toMatchObject({ lacks: 'the class mine>Other', code: null });
  writeFileSync(join(folder, 'second.py'), 'class More(nn.Module):\n    pass\n');
  const weights = networkNeeds(model, [blocked('safetensors', 'the network')], false);
  expect(weights).toMatchObject({ code: null, isWeights: true });
});

test('code that comes along is enough, and allows nothing', () => {
  const blockers = [
    blocked('keras.Lambda', 'the layer'),
    blocked('keras.Scale', 'the class', '"mine>Scale"'),
  ];
  expect(networkNeeds(model, blockers, true)).toMatchObject({ lacks: null, allow: 'lambda' });
});

test.each([
  ['an operator of torch itself', blocked('torch.ops.aten.foo.default', 'the operator')],
  ['an operator of TensorFlow', blocked('tensorflow.StringLength', 'op')],
])('%s needs nothing beside its file', (_, blocker) => {
  expect(networkNeeds(model, [blocker], false)).toMatchObject({ lacks: null, allow: null });
});
