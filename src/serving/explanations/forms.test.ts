import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explanationPage } from '../../cli/model/explanation-page.ts';
import { createNativeEngine } from '../../engine/native/engine.ts';
import { explainModel } from '../../explain/explain-model.ts';
import { explanationDocument } from '../../explain/explanation.ts';
import { readModelFile } from '../../files/read-model.ts';
import type { BundleManifest } from '../../registry/version.ts';
import { explanationParameters } from '../protocols/v2/explain.ts';
import { decodeInput } from '../rows/decode.ts';
import { writeExplanation } from './forms.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/models/catboost-1.2.10');

/** A model of CatBoost, explained by its paths, in all forms. */
async function formsOf(name: string) {
  const { content } = readModelFile(join(FOLDER, `${name}.cbm`), { covers: true });
  if (content?.kind !== 'steps') throw new Error(`${name} has no steps`);
  const { input } = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
  const rows = { rows: input.dataframe_split.data.slice(0, 2) };
  const batch = decodeInput(rows, content.signature, { extra: 'ignore' });
  const model = { name, content, engine: createNativeEngine(content) };
  const explainer = await explainModel(model, { background: null });
  const attributions = await explainer.explain(batch);
  const manifest = { digest: '0', sideFiles: [], signature: content.signature } as unknown as BundleManifest;
  const asked = { explainer, attributions, manifest, top: 1, reasons: null, scores: null, places: null };
  const form = (kind: 'document' | 'rows' | 'vertex' | 'clarify') => {
    const made = writeExplanation(kind, asked);
    return JSON.parse(made.kind === 'text' ? made.text : 'null');
  };
  const values = explanationParameters(writeExplanation('values', asked));
  const parameters = JSON.parse(`{${values.slice(1)}}`).parameters;
  const document = explanationDocument(explainer, attributions);
  return { form, parameters, document, page: explanationPage(document) };
}

describe('an explanation', () => {
  test('says in every form where columns share what one question of CatBoost adds', async () => {
    const { form, parameters, document, page } = await formsOf('categories-borders-three');
    const [note = ''] = document.notes ?? [];
    expect(document.method).toBe('tree-path-dependent');
    expect(note).toContain('split equally between the categorical ones');
    for (const [, one, other] of note.matchAll(/(?:\(|, )([^ ,]+) \+ ([^ ,)]+)/g))
      expect(document.features).toEqual(expect.arrayContaining([one, other]));
    expect(form('document').notes).toEqual([note]);
    expect(form('rows')[0].notes).toEqual([note]);
    expect(form('vertex')[0].notes).toEqual([note]);
    expect(form('clarify').explanation.notes).toEqual([note]);
    expect(JSON.parse(parameters.explanation_notes)).toEqual([note]);
    expect(page).toContain(`Note: ${note}`);
  });

  test('says nothing of it where each question is about one column', async () => {
    const { form, parameters, document, page } = await formsOf('categories-one-hot');
    for (const found of [document, form('document'), form('rows')[0], form('vertex')[0]])
      expect(found).not.toHaveProperty('notes');
    expect(form('clarify').explanation).not.toHaveProperty('notes');
    expect(parameters).not.toHaveProperty('explanation_notes');
    expect(page).not.toContain('Note:');
  });
});
