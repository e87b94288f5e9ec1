import { expect, test } from 'vitest';
import type { ModelOutline } from '../api/generated/control-api.ts';
import { type Diagram, layoutPipeline } from './pipeline-layout.ts';

type OutlineStep = ModelOutline['steps'][number];

const step = (id: number, parent: number | null, more: Partial<OutlineStep> = {}): OutlineStep => ({
  ...{ id, parent, name: `s${id}`, kind: 'standard-scaler', class: 'sk.StandardScaler' },
  ...{ arrangement: 'one', columns: null, width: 3, parameters: [], learned: [], omitted: 0 },
  ...more,
});
const PIPELINE = { kind: 'pipeline', class: 'sk.Pipeline', arrangement: 'chain' } as const;
const BRANCHES = {
  kind: 'column-transformer',
  class: 'sk.ColumnTransformer',
  arrangement: 'branches',
} as const;
const ENDS = { input: '5 columns', output: 'predict' };

const preprocessed = [
  step(0, null, PIPELINE),
  step(1, 0, BRANCHES),
  step(2, 1, { ...PIPELINE, columns: { count: 2, names: ['age', 'fee'] } }),
  step(3, 2),
  step(4, 2),
  step(5, 1, { columns: { count: 1, names: ['plan'] } }),
  step(6, 0, { class: 'sk.LogisticRegression' }),
];
const boxOf = ({ boxes }: Diagram, key: string) => {
  const found = boxes.find((box) => box.key === key);
  if (found === undefined) throw new Error(`there is no box ${key}`);
  return found;
};

test('a chain goes from the rows down to the answers, and each step is led to', () => {
  const diagram = layoutPipeline(preprocessed, ENDS, 900);
  const tops = ['input', 'step 1', 'step 6', 'output'].map((key) => boxOf(diagram, key).y);
  expect(tops).toEqual(tops.toSorted((a, b) => a - b));
  // Three of the outermost chain, and one between the two steps of the branch.
  expect(diagram.edges).toHaveLength(4);
  expect(diagram.boxes.some(({ key }) => key === 'step 0')).toBe(false);
});

test('branches stand side by side where the width allows it, else below each other', () => {
  const wide = layoutPipeline(preprocessed, ENDS, 900);
  expect(boxOf(wide, 'step 2').y).toBe(boxOf(wide, 'step 5').y);
  const narrow = layoutPipeline(preprocessed, ENDS, 320);
  expect(boxOf(narrow, 'step 5').y).toBeGreaterThan(
    boxOf(narrow, 'step 2').y + boxOf(narrow, 'step 2').height,
  );
  expect(narrow.width).toBeLessThanOrEqual(320);
});

test('what a step holds is drawn inside of it, and no box covers another', () => {
  const diagram = layoutPipeline(preprocessed, ENDS, 900);
  const inside = (inner: string, outer: string): boolean => {
    const [a, b] = [boxOf(diagram, inner), boxOf(diagram, outer)];
    return a.x >= b.x && a.y > b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height;
  };
  expect(['step 2', 'step 5'].every((key) => inside(key, 'step 1'))).toBe(true);
  expect(['step 3', 'step 4'].every((key) => inside(key, 'step 2'))).toBe(true);
  const leaves = diagram.boxes.filter(({ kind }) => kind !== 'group');
  for (const a of leaves)
    for (const b of leaves.filter((one) => one !== a))
      expect(
        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y,
      ).toBe(true);
});

test('columns and classes are told in the box, cut to its width', () => {
  const { lines } = boxOf(layoutPipeline(preprocessed, ENDS, 900), 'step 2');
  expect(lines).toEqual(['Pipeline', '2 columns: age, fee']);
  const long = [step(0, null, { parameters: [{ name: 'x'.repeat(80), value: '1', mark: null }] })];
  expect(boxOf(layoutPipeline(long, ENDS, 900), 'step 0').lines.at(-1)).toMatch(/^x{20,35}…$/);
});

test('hundreds of steps are counted after the first, and deep groups are closed', () => {
  const many = [step(0, null, PIPELINE), ...Array.from({ length: 300 }, (_, k) => step(k + 1, 0))];
  const drawn = layoutPipeline(many, ENDS, 900);
  expect(drawn.boxes.length).toBeLessThan(90);
  expect(drawn.boxes.find(({ kind }) => kind === 'more')?.title).toBe('… 220 more');
  const deep = Array.from({ length: 12 }, (_, k) => step(k, k === 0 ? null : k - 1, BRANCHES));
  const closed = layoutPipeline(deep, ENDS, 900);
  expect(closed.boxes.at(-2)?.lines.at(-1)).toBe('holds 1 more');
});
