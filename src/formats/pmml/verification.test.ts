import { expect, it } from 'vitest';
import { documentOf, readText } from './testing/document.ts';

const verified = (fields: string, rows: string, count = 2): string =>
  documentOf(`<TreeModel functionName="classification"><MiningSchema><MiningField name="x"/><MiningField name="s"/>
<MiningField name="c" usageType="target"/></MiningSchema>
<Output><OutputField name="p_yes" feature="probability" value="yes"/><OutputField name="leaf" feature="entityId"/></Output>
<Node id="0" score="no"><True/><ScoreDistribution value="no" recordCount="3"/><ScoreDistribution value="yes" recordCount="1"/></Node>
<ModelVerification recordCount="${count}"><VerificationFields>${fields}</VerificationFields>
<InlineTable>${rows}</InlineTable></ModelVerification></TreeModel>`);

const field = (name: string, attributes = ''): string => `<VerificationField field="${name}" ${attributes}/>`;
const INPUTS = field('x', 'column="data:x"') + field('s');
const ROWS =
  '<row><data:x>1.5</data:x><s>a &amp; b</s><c>no</c><p>0.25</p><leaf>0</leaf></row><row><x>NA</x><c>no</c><p>0.25</p></row>';

const goldenRowsOf = (text: string) => {
  const { content } = readText(text);
  return content?.kind === 'steps' ? content.goldenRows : null;
};

it('reads inputs, the prediction, probabilities of classes and outputs, each with its own precision', () => {
  const answers = [
    field('c'),
    field('p_yes', 'column="p" precision="1e-9" zeroThreshold="1e-10"'),
    field('leaf'),
  ];
  expect(goldenRowsOf(verified(INPUTS + answers.join(''), ROWS))).toEqual({
    names: ['x', 's'],
    rows: [
      [1.5, 'a & b'],
      [null, null],
    ],
    answers: [
      { output: 'predict', column: null, values: ['no', 'no'], precision: 1e-6, zeroThreshold: 1e-16 },
      { output: 'predict_proba', column: 1, values: [0.25, 0.25], precision: 1e-9, zeroThreshold: 1e-10 },
      { output: 'leaf', column: null, values: ['0', null], precision: 1e-6, zeroThreshold: 1e-16 },
    ],
  });
});

it('says which fields are not compared, and keeps no rows without answers', () => {
  const read = readText(verified(INPUTS + field('another'), ROWS));
  expect(read.notes.map(({ text }) => text)).toEqual([
    '"another" of ModelVerification is not compared: nothing of that name is answered',
  ]);
  expect(read.content).not.toHaveProperty('goldenRows');
});

it.each([
  [verified(INPUTS + field('c'), ROWS, 7), 'recordCount is 7, wanted 2'],
  [verified(INPUTS + field('c', 'precision="-1"'), ROWS), 'precision is -1'],
  [verified(INPUTS + field('c', 'zeroThreshold="INF"'), ROWS), 'zeroThreshold is Infinity'],
])('refuses what is damaged', (text, problem) => {
  expect(() => readText(text)).toThrow(problem);
});
