import { cpSync, mkdtempSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { folderLayoutOf, folderOfParts, partsBeside } from './folder-layout.ts';
import { readFolderLayout } from './read-layout.ts';

/** Folders of files that are parts of one model, by tools/fixtures/parts_beside.py. */
const FOLDERS = join(import.meta.dirname, '../../fixtures/parts/beside');
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-layout-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const besideOf = (folder: string, name: string) => {
  const path = join(FOLDERS, folder, name);
  return partsBeside(path, readFolderLayout(folderOfParts(path) ?? ''));
};

describe('a folder of model files', () => {
  test.each(['scaled', 'reduced', 'text', 'sparse', 'booster', 'wrapper', 'unfit', 'ambiguous', 'twice'])(
    'with one model that predicts is one model: %s',
    (folder) => {
      expect(readFolderLayout(join(FOLDERS, folder)).isOne).toBe(true);
    },
  );

  test('with several models that predict is several, and says which of them fit together', async () => {
    expect(await folderLayoutOf(join(FOLDERS, 'several'))).toEqual({
      isOne: false,
      members: [],
      ways: [
        ['scaler.pkl', 'churn.pkl'],
        ['scaler.pkl', 'price.pkl'],
      ],
    });
  });

  test('that cannot be read as one model is several', async () => {
    const folder = join(scratch, 'linked');
    cpSync(join(FOLDERS, 'scaled'), folder, { recursive: true });
    symlinkSync('/etc/passwd', join(folder, 'other.pkl'));
    expect((await folderLayoutOf(folder)).isOne).toBe(false);
    const damaged = join(scratch, 'damaged');
    cpSync(join(FOLDERS, 'scaled'), damaged, { recursive: true });
    truncateSync(join(damaged, 'scaler.pkl'), 50);
    expect((await folderLayoutOf(damaged)).isOne).toBe(false);
  });
});

describe('files beside a file', () => {
  test('that fit are named, with what a command has to say', () => {
    expect(besideOf('text', 'model.pkl')).toEqual({ names: ['vectorizer.pkl'], member: null });
    expect(besideOf('several', 'price.pkl')).toEqual({
      names: ['scaler.pkl'],
      member: 'scaler.pkl,price.pkl',
    });
  });

  test('that do not fit are nothing to speak of', () => {
    expect(besideOf('unfit', 'model.pkl')).toBeNull();
    expect(besideOf('twice', 'model.pkl')).toBeNull();
    expect(folderOfParts(join(FOLDERS, 'answers.json'))).toBeNull();
  });
});
