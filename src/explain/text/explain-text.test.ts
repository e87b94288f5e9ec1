import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNativeEngine } from '../../engine/native/engine.ts';
import { readModelFile } from '../../files/read-model.ts';
import type { Batch } from '../../model/batch.ts';
import { shapleyValues } from '../../statistics/shapley.ts';
import { explainText, isOfTexts } from './explain-text.ts';
import { explainTexts } from './text-explainer.ts';
import { textPlace } from './text-rows.ts';
import { keptText, tokensOf } from './tokens.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/models/sklearn-1.9.1');

function modelOf(name: string) {
  const { content } = readModelFile(join(FOLDER, `${name}.joblib`));
  if (content?.kind !== 'steps') throw new Error(`${name} has no steps`);
  return { name, content, engine: createNativeEngine(content) };
}

const textsOf = (...texts: readonly string[]): Batch => ({
  kind: 'table',
  rows: texts.length,
  columns: [texts],
});

describe('the words of a text', () => {
  test('stand where they say, and take what follows them along', () => {
    const text = '“Don’t go” – 漢字 😀 fun!';
    const tokens = tokensOf(text);
    expect(tokens.map((token) => token.text)).toEqual(['Don’t', 'go', '漢字', 'fun']);
    for (const { text: word, start, end } of tokens) expect(text.slice(start, end)).toBe(word);
    expect(keptText(text, tokens, () => true)).toBe(text);
    expect(keptText(text, tokens, () => false)).toBe('');
    expect(keptText(text, tokens, (token) => token !== 1)).toBe('“Don’t 漢字 😀 fun!');
  });

  test.each(['text-tfidf-logistic', 'text-count-nb', 'text-tfidf-forest'])(
    'of %s have the values of all texts that lack some of them',
    async (name) => {
      const model = modelOf(name);
      const text = 'Good film, but a dog sleeps. Good!';
      const tokens = tokensOf(text);
      expect(isOfTexts(model.content)).toBe(true);
      const found = await explainText(model, { output: 'predict_proba' }, textsOf(text, '', 'plot'));
      expect(found.method).toBe('exact');
      const texts = Array.from({ length: 2 ** tokens.length }, (_, known) =>
        keptText(text, tokens, (token) => ((known >> token) & 1) === 1),
      );
      const answers = (await model.engine.infer(textsOf(...texts)))['predict_proba'] as {
        data: Float64Array;
      };
      const scores = answers.data.length / texts.length;
      expect(found.baseValues).toEqual(Array.from(answers.data.subarray(0, scores)));
      for (let k = 0; k < scores; k++) {
        const wanted = shapleyValues(
          texts.map((_, known) => answers.data[known * scores + k]!),
          tokens.length,
        );
        for (const [token, value] of wanted.entries())
          expect((found.values[0]![token] as number[])[k]).toBeCloseTo(value, 12);
      }
      expect([found.values[1], found.tokens[2]]).toEqual([[], [{ text: 'plot', start: 0, end: 4 }]]);
      expect(found.additivityError).toBeLessThan(1e-12);
    },
  );

  test('of a long text are estimates that say how far they are off, and the same again', async () => {
    const model = modelOf('text-tfidf-logistic');
    const text = 'good film plot dog cat run sleep bad excellent great movie '.repeat(4);
    const ask = (budget: number) => explainText(model, { method: 'permutation', budget }, textsOf(text));
    const found = await ask(1000);
    expect([found.method, found.seed, found.evaluations]).toEqual(['permutation', 0, [946]]);
    expect(found.standardErrors?.[0]?.length).toBe(44);
    expect(await ask(1000)).toEqual(found);
    expect((await explainText(model, {}, textsOf(text))).method).toBe('permutation');
    await expect(ask(10)).rejects.toMatchObject({ code: 'EXPLANATION_UNFIT' });
  });

  test('that add the same whatever else is there are asked for one by one', async () => {
    const place = textPlace(modelOf('text-count-nb').content.signature, undefined)!;
    let asked = 0;
    const score = async (batch: Batch) => {
      asked += batch.rows;
      const texts = batch.kind === 'table' ? (batch.columns[0] as string[]) : [];
      return Float64Array.from(texts, (text) => 3 - 2 * text.split('bad').length + text.split('good').length);
    };
    const refuse = () => new Error('refused');
    const model = { score, place, classes: null, isAdditive: true };
    const [found] = await explainTexts(model, textsOf('bad good bad and good good'), {}, refuse as never);
    expect([...found!.worths[0]!.values]).toEqual([-2, 1, -2, 0, 1, 1]);
    expect([found!.method, asked]).toEqual(['exact', 8]);
  });

  test('are asked in as many coalitions as a budget allows, however short the text is', async () => {
    const place = textPlace(modelOf('text-count-nb').content.signature, undefined)!;
    const score = async ({ rows }: Batch) => new Float64Array(rows);
    const refuse = () => new Error('refused');
    const model = { score, place, classes: null, isAdditive: false };
    const choice = { method: 'permutation', budget: 150_000 } as const;
    const [found] = await explainTexts(model, textsOf('a b'), choice, refuse as never);
    expect(found?.sampling.evaluations).toBe(150_000);
  });

  test('are those of one column, which is named where there are others', async () => {
    const columns = [
      { name: 'note', named: true, type: 'string', nullable: true },
      { name: 'age', named: true, type: 'number', nullable: true },
    ] as const;
    const signature = { form: 'table', columns, outputs: [], classes: null } as const;
    const place = textPlace(signature, 'note')!;
    const batch: Batch = { kind: 'table', rows: 2, columns: [['a b', null], Float64Array.of(1, 2)] };
    expect(place.withTexts(batch, 0, ['x', 'y'])).toEqual({
      ...{ kind: 'table', rows: 2 },
      columns: [['x', 'y'], Float64Array.of(1, 1)],
    });
    expect(() => place.textOf(batch, 1)).toThrow('row 1, column "note"');
    expect(textPlace(signature, 'age')).toBeNull();
    await expect(explainText(modelOf('text-count-nb'), { column: 'x' }, textsOf(''))).rejects.toMatchObject({
      code: 'EXPLANATION_UNFIT',
    });
  });
});
