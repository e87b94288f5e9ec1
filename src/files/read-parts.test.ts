import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { columnNames } from '../model/column-names.ts';
import type { ModelContent } from '../model/description.ts';
import type { Tensor } from '../model/tensor.ts';
import { createEngine } from '../registry/engines.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { readModelFile } from './read-model.ts';

/** Folders of files that are parts of one model, by tools/fixtures/parts_beside.py, and what they answer by hand. */
const FOLDERS = join(import.meta.dirname, '../../fixtures/parts/beside');
const answers = JSON.parse(readFileSync(join(FOLDERS, 'answers.json'), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-parts-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const read = (folder: string, member?: string) => readModelFile(join(FOLDERS, folder), { member });
const notesOf = (folder: string, member?: string): string =>
  read(folder, member)
    .notes.map(({ text }) => text)
    .join('\n');

function contentOf(folder: string, member?: string): ModelContent {
  const { content, blockers } = read(folder, member);
  if (content === null) throw new Error(JSON.stringify(blockers));
  return content;
}

const cellsOf = (tensor: Tensor): readonly unknown[] =>
  Array.from(tensor.data as ArrayLike<unknown>, (cell) => (typeof cell === 'bigint' ? Number(cell) : cell));

async function answersOf(content: ModelContent, runtime: 'native' | 'onnx', rows: unknown) {
  const engine = await createEngine(content, runtime);
  const outputs = await engine.infer(decodeInput(rows, content.signature));
  await engine.close();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [name, [tensor].flat().flatMap(cellsOf)]),
  );
}

const close = (cells: readonly unknown[]) =>
  cells.map((cell) => (typeof cell === 'number' ? expect.closeTo(cell, 6) : cell));

describe('a folder of files that are parts of one model', () => {
  it.each(['scaled', 'reduced', 'text', 'sparse', 'booster', 'wrapper'])(
    'answers as the parts do one after the other, in both engines: %s',
    async (folder) => {
      const content = contentOf(folder);
      const rows = folder === 'text' || folder === 'sparse' ? answers.texts : answers.rows;
      for (const runtime of ['native', 'onnx'] as const) {
        const given = await answersOf(content, runtime, rows);
        for (const [output, expected] of Object.entries<unknown[]>(answers[folder]))
          expect(given[output]).toEqual(close(expected.flat()));
      }
    },
  );

  it('is told: the order, the names of the columns, and the names of the classes', () => {
    expect(notesOf('scaled')).toMatch(
      /"scaler.pkl" \(.*StandardScaler\), then "model.pkl" \(.*Forest.*\) is served/,
    );
    expect(notesOf('scaled')).toMatch(/columns are called as "columns.json" says/);
    expect(notesOf('scaled')).toMatch(
      /classes .* "label_encoder.pkl" says: 0 is leaves, 1 is stays, 2 is wavers/,
    );
    expect(columnNames(contentOf('scaled').signature)).toEqual(['age', 'income', 'tenure', 'visits']);
    expect(contentOf('scaled').signature.classes?.values).toEqual(['leaves', 'stays', 'wavers']);
  });

  it('finds the order by the widths, whatever the files are called', () => {
    expect(read('reduced').joined?.members.slice(0, 3)).toEqual([
      'scaler.joblib',
      'pca.joblib',
      'classifier.joblib',
    ]);
  });

  it('may hold several parts in one file', () => {
    expect(read('wrapper').joined?.members).toEqual([
      'preprocess.pkl.scaler',
      'model.joblib',
      'preprocess.pkl.features',
      'preprocess.pkl.encoder',
    ]);
  });

  it('names all its files, the one that answers first', () => {
    const { file, sideFiles } = read('scaled');
    expect([file, ...sideFiles].map((path) => path.slice(FOLDERS.length))).toEqual([
      '/scaled/model.pkl',
      '/scaled/columns.json',
      '/scaled/label_encoder.pkl',
      '/scaled/scaler.pkl',
    ]);
  });

  it.each([
    ['unfit', /"scaler.pkl" gives 3 columns, and "model.pkl" takes 4/, /--member model.pkl$/],
    ['ambiguous', /2 orders fit/, /--member minmax.pkl,model.pkl or --member standard.pkl,model.pkl or/],
    ['several', /2 models that predict/, /--member scaler.pkl,churn.pkl or --member churn.pkl or/],
    ['twice', /"model.pkl" holds what "scaler.pkl" is/, /--member model.pkl$/],
  ])('is refused with the ways to say what is meant where that is not known: %s', (folder, found, wanted) => {
    expect(read(folder)).toMatchObject({
      content: null,
      blockers: [{ found: expect.stringMatching(found), wanted: expect.stringMatching(wanted) }],
    });
  });

  it('is what is named, in the order that is said', async () => {
    const content = contentOf('ambiguous', 'standard.pkl,model.pkl');
    const { predict_proba: given } = await answersOf(content, 'native', answers.rows);
    expect(given).toEqual(close(answers.ambiguous.predict_proba.flat()));
    expect(contentOf('scaled', 'scaler.pkl,model.pkl').signature.classes?.values).toEqual([0, 1, 2]);
    expect(notesOf('unfit', 'model.pkl,label_encoder.pkl')).toBe('');
  });

  it.each([
    ['unfit', 'scaler.pkl,model.pkl', /gives 3 columns, and "model.pkl" takes 4/],
    ['unfit', 'model.pkl,label_encoder.pkl', /it has 2 classes, and the model 3/],
    ['scaled', 'model.pkl,scaler.pkl', /"model.pkl" does not transform/],
    ['scaled', 'scaler,model.pkl', /no member "scaler"/],
  ])('of %s has no %s', (folder, member, found) => {
    expect(read(folder, member).blockers).toMatchObject([{ found: expect.stringMatching(found) }]);
  });
});

describe('a hostile folder', () => {
  const folder = (name: string): string => {
    const path = join(scratch, name);
    cpSync(join(FOLDERS, 'scaled'), path, { recursive: true });
    return path;
  };
  const refused = (problem: RegExp) =>
    expect.objectContaining({ code: 'SAVED_INVALID', message: expect.stringMatching(problem) });

  it('with a link is refused, wherever it leads', () => {
    const path = folder('link');
    symlinkSync('/etc/passwd', join(path, 'other.pkl'));
    expect(() => readModelFile(path)).toThrow(refused(/"other.pkl" is a link/));
  });

  it('with names that no list of files can hold is refused', () => {
    const path = folder('names');
    cpSync(join(path, 'model.pkl'), join(path, 'a\nb.pkl'));
    expect(() => readModelFile(path)).toThrow(refused(/"a\\nb.pkl" has control characters/));
  });

  it('with more files than a model has is refused', () => {
    const path = folder('many');
    for (let i = 0; i < 40; i++) writeFileSync(join(path, `${i}.pkl`), '');
    expect(() => readModelFile(path)).toThrow(refused(/it holds 44 files .*, and 32 are looked at/));
  });

  it('with thousands of entries is refused before they are listed', () => {
    const path = folder('thousands');
    for (let i = 0; i < 2001; i++) mkdirSync(join(path, `d${i}`));
    expect(() => readModelFile(path)).toThrow(refused(/more than 2000 entries/));
  });

  it('whose files are too large together is refused before one is read', () => {
    const path = folder('huge');
    for (const name of ['a.pkl', 'b.pkl']) {
      writeFileSync(join(path, name), '');
      truncateSync(join(path, name), 140 * 2 ** 20);
    }
    expect(() => readModelFile(path, { memory: 2 ** 29 })).toThrow(
      expect.objectContaining({ code: 'MODEL_TOO_LARGE' }),
    );
  });

  it('with a damaged part says which one it is', () => {
    const path = folder('damaged');
    truncateSync(join(path, 'scaler.pkl'), 100);
    expect(() => readModelFile(path)).toThrow(
      expect.objectContaining({ code: 'READ_TRUNCATED', message: expect.stringContaining('"scaler.pkl"') }),
    );
  });
});
