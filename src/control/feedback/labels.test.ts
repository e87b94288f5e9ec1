import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWrong, type LabelledAnswer, labelCoverage, labelRule } from './labels.ts';

const row = (change: Partial<LabelledAnswer>): LabelledAnswer => ({
  ...{ rollout: 'ro_1', requestId: 'q', unit: null, arm: 1, window: 0, at: 0 },
  ...{ answer: '1', label: null },
  ...change,
});

describe('right and wrong', () => {
  const EQUAL = { kind: 'equal' } as const;

  test.each([
    ['1', '1', false],
    ['1', '1.0', false],
    ['1', '1e0', false],
    ['0', 'false', false],
    ['1', 'True', false],
    ['true', 'false', true],
    ['setosa', 'setosa', false],
    ['setosa', 'Setosa', true],
    ['10', '1', true],
    ['1', '', true],
    ['0', ' ', true],
  ])('answer %s with label %s: wrong is %s', (answer, label, wrong) => {
    expect(isWrong(EQUAL, row({ answer, label }))).toBe(wrong);
  });

  test('nothing is said of an answer without a label, or where the label of a regression is no number', () => {
    expect(isWrong(EQUAL, row({}))).toBeNull();
    expect(isWrong({ kind: 'within', bound: 1 }, row({ answer: '1.5', label: 'high' }))).toBeNull();
  });

  test('a number is wrong where it is further off than the bound', () => {
    const rule = { kind: 'within', bound: 0.5 } as const;
    expect(isWrong(rule, row({ answer: '2.5', label: '3' }))).toBe(false);
    expect(isWrong(rule, row({ answer: '2.25', label: '3' }))).toBe(true);
  });
});

describe('the rule', () => {
  test('of answers that are no numbers is known at once', () => {
    expect(labelRule([row({ answer: 'setosa' })], 1)).toEqual({ kind: 'equal' });
  });

  test('of whole numbers is known after twenty', () => {
    const rows = Array.from({ length: 20 }, () => row({}));
    expect(labelRule(rows.slice(1), 1)).toBeNull();
    expect(labelRule(rows, 1)).toEqual({ kind: 'equal' });
  });

  test('of a regression is what nine in ten of the first hundred answers of stable were within', () => {
    const of = (arm: number, error: number): LabelledAnswer =>
      row({ arm, answer: '0.5', label: String(0.5 + error) });
    const stable = Array.from({ length: 150 }, (_, i) => of(1, (i + 1) / 128));
    const candidate = Array.from({ length: 150 }, () => of(0, 100));
    expect(labelRule([...candidate, ...stable.slice(0, 99)], 1)).toBeNull();
    expect(labelRule([...candidate, ...stable], 1)).toEqual({ kind: 'within', bound: 90 / 128 });
  });
});

test('arrivals count each unit once, however many answers it had, as a plain count finds', () => {
  const rows = fc.array(
    fc.record({
      unit: fc.constantFrom(null, 'aa', 'bb', 'cc'),
      arm: fc.integer({ min: 0, max: 2 }),
      label: fc.constantFrom(null, '1'),
    }),
  );
  fc.assert(
    fc.property(rows, (drawn) => {
      const all = drawn.map((change, i) => row({ ...change, requestId: `q${i}` }));
      labelCoverage(all).forEach(({ answered, labelled }, arm) => {
        const own = all.filter((one) => one.arm === arm);
        const keys = (some: LabelledAnswer[]) =>
          new Set(some.map(({ unit, requestId }) => unit ?? requestId)).size;
        expect(answered).toBe(keys(own));
        expect(labelled).toBe(keys(own.filter(({ label }) => label !== null)));
      });
    }),
  );
});
