import { expect, test } from 'vitest';
import type { Signature } from '../../model/signature.ts';
import { fillTemplate, type ReasonTemplates, readReasonTemplates } from './reason-templates.ts';

const column = (name: string) => ({ name, named: true, type: 'number', nullable: true }) as const;
const SIGNATURE: Signature = {
  form: 'table',
  columns: [column('income'), column('__proto__'), column('age')],
  outputs: [],
  classes: { type: 'string', values: ['refused', 'approved'] },
};

const read = (written: unknown): ReasonTemplates => readReasonTemplates(written, 'reasons.yaml', SIGNATURE);

function problemsOf(written: unknown): readonly string[] {
  try {
    read(written);
    return [];
  } catch (error) {
    return (error as { details: { list: readonly string[] } }).details.list;
  }
}

test('a template is kept by column and direction, with its code', () => {
  const income = { lowers: 'Income of {value} is low', raises: 'Good', missing: 'No income', code: 7 };
  expect(read({ class: 'approved', direction: 'lowers', columns: { income } })).toEqual({
    class: 'approved',
    direction: 'lowers',
    columns: { income: { ...income, code: '7' } },
  });
  const hostile = JSON.parse('{"columns": {"__proto__": {"lowers": "low"}}}');
  expect(Object.entries(read(hostile).columns)).toEqual([['__proto__', { lowers: 'low' }]]);
});

test('what is wrong is refused, each part by its name', () => {
  const problems = problemsOf({
    clas: 'approved',
    class: 'aproved',
    direction: 'down',
    columns: {
      incme: { lowers: 'x' },
      income: { lower: 'x', raises: 'of {amount}', missing: 3, code: ' ' },
      age: { lowers: 'a\nb', raises: `${'x'.repeat(501)}`, missing: '\u202Eevil' },
    },
  });
  expect(problems).toEqual([
    expect.stringMatching(/^"clas" is none of .*did you mean "class"/),
    expect.stringMatching(/^"class" is "aproved", wanted one of \["refused","approved"\]/),
    expect.stringMatching(/^"direction" is "down"/),
    expect.stringMatching(/no column "incme"; did you mean "income"/),
    expect.stringMatching(/"income".lower is none of/),
    expect.stringMatching(/"income".raises has braces/),
    expect.stringMatching(/"income".missing is 3/),
    expect.stringMatching(/"income".code is empty/),
    expect.stringMatching(/"age".lowers has control characters/),
    expect.stringMatching(/"age".raises has 501 characters/),
    expect.stringMatching(/"age".missing has control characters/),
  ]);
  for (const written of [null, [], 'x', {}, { columns: [] }]) expect(problemsOf(written)).toHaveLength(1);
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, k) => [`c${k}`, {}]));
  expect(problemsOf({ columns: many })).toHaveLength(21);
});

test('values that look like places or patterns stay what they are', () => {
  expect(fillTemplate('{feature}: {value}', 'income', '{feature} $& $1')).toBe('income: {feature} $& $1');
});
