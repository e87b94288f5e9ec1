import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readModelFile } from '../../files/read-model.ts';
import { boundaryRows } from './rows.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/models/catboost-1.2.10');

test('boundary rows of a CatBoost model hold categories that it knows, and one that it does not', () => {
  const { content } = readModelFile(join(FOLDER, 'categories-borders-three.cbm'));
  if (content?.kind !== 'steps' || content.signature.form === 'tensors') throw new Error('no model');
  const rows = boundaryRows(content.root, content.signature, { seed: 1, limit: 200 });
  const at = content.signature.columns.findIndex(({ name }) => name === 'yes or no');
  const cells = rows.kind === 'table' ? new Set(rows.columns[at] as readonly string[]) : new Set();
  expect([...cells].sort()).toEqual(['plimsoll-unknown-category', 'yes']);
});
