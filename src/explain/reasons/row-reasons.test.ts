import { expect, test } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { NO_TEMPLATES } from './reason-templates.ts';
import { type ReasonSource, rowReasons } from './row-reasons.ts';

const features = ['income', 'job', 'owner'];
const signatureOf = (classes: LabelSet | null): Signature => ({
  form: 'table',
  columns: features.map((name, k) => ({
    ...{ name, named: true, type: (['number', 'string', 'bool'] as const)[k]!, nullable: true },
  })),
  outputs: [],
  classes,
});
const YES_NO: LabelSet = { type: 'string', values: ['no', 'yes'] };

function source(values: readonly number[], more: Partial<ReasonSource> = {}, scores = 1): ReasonSource {
  const rows = values.length / (scores * features.length);
  const baseValues = new Float64Array(scores);
  return {
    explainer: { method: 'exact', output: 'predict', features, baseValues, classes: null },
    attributions: { values: Float64Array.from(values), additivityError: 0 },
    batch: {
      kind: 'table',
      rows,
      columns: [
        Float64Array.of(1200.5, Number.NaN).subarray(0, rows),
        ['cook', null].slice(0, rows),
        Float64Array.of(1, 0).subarray(0, rows),
      ],
    },
    signature: signatureOf(null),
    templates: NO_TEMPLATES,
    ...more,
  };
}
const texts = (given: ReasonSource, count = 3): string[][] =>
  rowReasons(given, count).map((row) => row.map(({ text }) => text));

test('the largest come first, in usual words, and what adds nothing is no reason', () => {
  expect(texts(source([-2, 3, 0, 0.5, 0, -0.25]))).toEqual([
    ['job of cook raises the answer', 'income of 1200.5 lowers the answer'],
    ['Missing income raises the answer', 'owner of false lowers the answer'],
  ]);
  expect(texts(source([-2, 3, 0]), 1)).toEqual([['job of cook raises the answer']]);
});

test('declared sentences are taken, with the values of the row', () => {
  const templates = {
    direction: 'lowers' as const,
    columns: { income: { lowers: 'Income of {value} is low', missing: 'No income was given', code: 'R1' } },
  };
  const reasons = rowReasons(source([-2, 3, -1, -2, 3, 0], { templates }), 3);
  expect(reasons).toEqual([
    [
      {
        feature: 'income',
        direction: 'lowers',
        attribution: -2,
        code: 'R1',
        text: 'Income of 1200.5 is low',
      },
      { feature: 'owner', direction: 'lowers', attribution: -1, text: 'owner of true lowers the answer' },
    ],
    [{ feature: 'income', direction: 'lowers', attribution: -2, code: 'R1', text: 'No income was given' }],
  ]);
});

test('of two classes the second is spoken of, or the one that is declared, and a margin counts for either', () => {
  const signature = signatureOf(YES_NO);
  const explainer = { ...source([]).explainer, baseValues: new Float64Array(2), classes: YES_NO };
  const both = source([-1, 0, 0, 1, 0, 0], { signature, explainer }, 2);
  expect(rowReasons(both, 3)).toMatchObject([[{ direction: 'raises', attribution: 1, class: 'yes' }]]);
  const no = { class: 'no', columns: {} };
  expect(rowReasons({ ...both, templates: no }, 3)).toMatchObject([[{ attribution: -1, class: 'no' }]]);
  const margin = source([2, 0, 0], { signature });
  expect(texts(margin)).toEqual([['income of 1200.5 makes yes more likely']]);
  expect(rowReasons({ ...margin, templates: no }, 3)).toMatchObject([
    [{ attribution: -2, class: 'no', text: 'income of 1200.5 makes no less likely' }],
  ]);
});

test('of more classes the likeliest of each row is spoken of', () => {
  const classes: LabelSet = { type: 'int', values: [0, 1, 2] };
  const explainer = { ...source([]).explainer, baseValues: Float64Array.of(0.2, 0.3, 0.5), classes };
  const values = [0.4, 0, 0, -0.2, 0, 0, -0.2, 0, 0];
  expect(rowReasons(source(values, { explainer, signature: signatureOf(classes) }, 3), 3)).toMatchObject([
    [{ class: 0, attribution: 0.4 }],
  ]);
});

test('values of others fit on one line of bounded length', () => {
  const job = `\u202E\n${'x'.repeat(5000)}`;
  const [[reason] = []] = rowReasons(
    source([0, 1, 0], {
      batch: { kind: 'table', rows: 1, columns: [Float64Array.of(1), [job], Float64Array.of(1)] },
    }),
    1,
  );
  expect(reason!.text.length).toBeLessThan(140);
  expect(reason!.text).not.toMatch(/[\n\u202E]/);
});
