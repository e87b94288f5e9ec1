import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNativeEngine } from '../../engine/native/engine.ts';
import { readModelFile } from '../../files/read-model.ts';
import { columnNames } from '../../model/column-names.ts';
import { decodeInput } from '../../serving/rows/decode.ts';

/** Files that hold a model and things beside it, written by tools/fixtures/parts.py. */
const FOLDER = join(import.meta.dirname, '../../../fixtures/parts');
const answers = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8'));
const read = (name: string, member?: string) => readModelFile(join(FOLDER, name), { member });

async function probabilities(name: string, member?: string): Promise<readonly number[][]> {
  const { content, blockers } = read(name, member);
  if (content?.kind !== 'steps') throw new Error(JSON.stringify(blockers));
  const engine = createNativeEngine(content);
  const { predict_proba: output } = await engine.infer(decodeInput(answers.rows, content.signature));
  await engine.close();
  const data = [...([output].flat()[0]!.data as Float64Array)];
  return answers.rows.map((_: unknown, i: number) => data.slice(2 * i, 2 * i + 2));
}

const notesOf = (name: string, member?: string): string =>
  read(name, member)
    .notes.map(({ text }) => text)
    .join('\n');
const close = (rows: readonly number[][]) => rows.map((row) => row.map((cell) => expect.closeTo(cell, 12)));

describe('a file that holds a model and things beside it', () => {
  it.each(['model-and-columns.pkl', 'tuple.pkl', 'nested.pkl'])(
    'of one model is that model: %s',
    async (name) => {
      expect(await probabilities(name)).toEqual(close(answers.alone));
    },
  );

  it.each(['model-and-columns.pkl', 'tuple.pkl'])('gives the model the names of its columns: %s', (name) => {
    expect(columnNames(read(name).content!.signature)).toEqual(['age', 'income', 'tenure']);
    expect(columnNames(read('nested.pkl').content!.signature)).toBeNull();
  });

  it('tells what lies beside the model and is not applied', () => {
    expect(notesOf('model-and-columns.pkl')).toMatch(
      /not applied: "threshold" is 0.35; "version" is '1.2'; "encoder" is .*LabelEncoder/,
    );
    expect(notesOf('nested.pkl')).toMatch(/"artifacts.clf" .* is served/);
  });

  it('of several models is none until one is named', () => {
    const { content, blockers } = read('model-and-scaler.joblib');
    expect(content).toBeNull();
    expect(blockers).toMatchObject([
      {
        found: expect.stringMatching(/2 models: "scaler" is .*StandardScaler; "model" is/),
        wanted: expect.stringMatching(/--member scaler or --member model/),
      },
    ]);
  });

  it('is the model that is named, or several in a row, with the names of the columns', async () => {
    expect(await probabilities('model-and-scaler.joblib', 'scaler,model')).toEqual(close(answers.scaled));
    const { content } = read('model-and-scaler.joblib', 'scaler,model');
    expect(columnNames(content!.signature)).toEqual(['age', 'income', 'tenure']);
    expect(
      read('model-and-scaler.joblib', 'scaler').content!.signature.outputs.map(({ name }) => name),
    ).toEqual(['transform']);
  });

  it.each([
    ['modl', /no member "modl"; did you mean "model"\?/],
    ['features', /no model: "features" is/],
    ['scaler,', /no member ""/],
  ])('has no model called %s, and says which there are', (member, found) => {
    expect(read('model-and-scaler.joblib', member).blockers).toMatchObject([
      { found: expect.stringMatching(found), wanted: 'Models in the file: scaler, model' },
    ]);
  });

  it('without a model says so', () => {
    expect(read('values.pkl').blockers).toMatchObject([{ found: expect.stringMatching(/with no model/) }]);
  });
});

it('a file that is one model has no members', () => {
  const file = join(FOLDER, '../skops/sklearn-1.9.1/k-means.skops');
  expect(readModelFile(file, { member: 'x' }).blockers).toMatchObject([{ wanted: 'Leave out --member' }]);
});
