import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nextDown, nextDown32, nextUp, nextUp32 } from '../../core/float.ts';
import { allocateCells, toDense } from '../../engine/native/block.ts';
import { createNativeEngine } from '../../engine/native/engine.ts';
import { readModelFile } from '../../files/read-model.ts';
import type { ModelStep } from '../../model/step.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import { modelEncoding } from '../encoding.ts';
import type { ColumnRules } from './column-rules.ts';
import { counterfactualsOf } from './counterfactual.ts';
import { USUAL_BUDGET } from './request.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/explanations');
type Row = readonly (number | string | null)[];
const ANSWERS = JSON.parse(readFileSync(join(FOLDER, 'answers.json'), 'utf8')) as Record<
  string,
  { readonly rows: readonly Row[]; readonly background: readonly Row[] }
>;
const TREES = Object.keys(ANSWERS).filter((name) => !/^(shap|columns.*|linear.*|.*categories)$/.test(name));
const FREE: ColumnRules = { immutable: [], increase: [], decrease: [], actionable: null };

function opened(name: string) {
  const { content } = readModelFile(join(FOLDER, `${name}.joblib`));
  if (content?.kind !== 'steps' || content.signature.form === 'tensors')
    throw new Error(`${name} has no steps`);
  const engine = createNativeEngine(content);
  const names = content.signature.columns.map((column) => column.name);
  const batch = (rows: readonly Row[]) => decodeInput(rows, content.signature);
  const sought = (rules: Partial<ColumnRules>, wanted?: string, budget = USUAL_BUDGET) => {
    const request = {
      wanted,
      rules: { ...FREE, ...rules },
      background: batch(ANSWERS[name]!.background),
      budget,
    };
    return counterfactualsOf({ name, content, engine }, request, batch(ANSWERS[name]!.rows));
  };
  const answers = (rows: readonly Row[]): readonly unknown[] =>
    Array.from((engine.infer(batch(rows))['predict'] as { data: ArrayLike<unknown> }).data);
  return {
    content,
    engine,
    batch,
    names,
    sought,
    answers,
    wanted: content.signature.classes === null ? '>=0.5' : undefined,
  };
}

/** Every number at which something may change in a column: thresholds, and what is beside them. */
function critical({ content }: ReturnType<typeof opened>, column: number): readonly number[] {
  const { predictor } = modelEncoding(content.root, []);
  const asked: ArrayLike<number> =
    predictor.kind === 'catboost'
      ? (predictor.floats.find((one) => one.column === column)?.borders ?? [])
      : predictor.kind === 'tree-ensemble'
        ? predictor.arena.threshold.filter((_, node) => predictor.arena.feature[node] === column)
        : [];
  const thresholds = [...new Set(Array.from(asked))].filter((t) => Math.abs(t) < 1e30);
  return thresholds.flatMap((t) => [t, nextUp(t), nextDown(t), nextUp32(t), nextDown32(t)]);
}

describe('the counterfactuals of a model', () => {
  test.each(TREES)(
    'of %s over two columns are as near as the nearest of all pairs of numbers',
    async (name) => {
      const model = opened(name);
      const [first, second] = [model.names[0]!, model.names[2]!];
      const { rows, scales, middles } = await model.sought({ actionable: [first, second] }, model.wanted);
      const [a, b] = [critical(model, 0), critical(model, 2)];
      for (const [k, own] of ANSWERS[name]!.rows.slice(3).entries()) {
        const found = rows[k + 3]!;
        if (found.status === 'already') continue;
        const distance = (column: number, value: number) => {
          const name = model.names[column]!;
          const [start, filled] = own[column] === null ? [middles[name]!, 1] : [Number(own[column]), 0];
          return filled + Math.abs(value - start) / scales[name]!;
        };
        const [x2, z2] = [middles[first]!, middles[second]!];
        const pairs = [...a, own[0]!, x2].flatMap((x) =>
          [...b, own[2]!, z2].map((z) => [x, own[1]!, z, own[3]!, own[4]!]),
        );
        const told = model.answers(pairs);
        const isWanted = (answer: unknown) =>
          model.wanted === undefined ? String(answer) !== String(found.from) : Number(answer) >= 0.5;
        const near = pairs.flatMap((pair, at) =>
          isWanted(told[at])
            ? [
                (pair[0] === own[0] ? 0 : distance(0, Number(pair[0]))) +
                  (pair[2] === own[2] ? 0 : distance(2, Number(pair[2]))),
              ]
            : [],
        );
        expect(found.exact).toBe(true);
        if (near.length === 0) expect(found.status).toBe('none-exists');
        else expect(Math.abs(Math.min(...near) - found.lowerBound!)).toBeLessThan(1e-5);
      }
    },
  );

  test.each([...TREES, 'columns-forest', 'columns-linear', 'lightgbm-categories'])(
    'of %s are answered otherwise, and say what changed',
    async (name) => {
      const model = opened(name);
      const { rows } = await model.sought({}, model.wanted);
      for (const [k, row] of rows.entries()) {
        if (row.status === 'already') continue;
        expect(row.status).toBe('found');
        const own = ANSWERS[name]!.rows[k]!;
        const cells = model.names.map(
          (column) => (row.counterfactual![column] ?? null) as number | string | null,
        );
        const [answer] = model.answers([cells]);
        if (model.wanted === undefined) expect(String(answer)).toBe(String(row.to));
        else expect(Number(answer)).toBeGreaterThanOrEqual(0.5);
        const changed = model.names.filter(
          (column, k) => column in row.counterfactual! && cells[k] !== own[k],
        );
        expect(row.changes.map(({ column }) => column)).toEqual(changed);
        expect(row.distance! - row.lowerBound!).toBeLessThanOrEqual(1e-3 * changed.length + 1e-9);
      }
    },
  );

  test.each(['linear-number', 'linear-three'])(
    'of %s change the one column that gives most for its distance',
    async (name) => {
      const model = opened(name);
      const { predictor, encode } = modelEncoding(model.content.root, model.names);
      if (predictor.kind !== 'linear-regressor' && predictor.kind !== 'linear-classifier')
        throw new Error(`${name} is not linear`);
      const { coef, intercept } = predictor;
      const { rows, scales } = await model.sought({}, model.wanted);
      const scoresOf = (row: Row) => {
        const { data } = toDense(encode(model.batch([row])), [], allocateCells);
        return Array.from(intercept, (bias, k) =>
          data.reduce((sum, x, c) => sum + coef.data[k * 5 + c]! * x, bias),
        );
      };
      for (const [row, found] of rows.entries()) {
        if (found.status === 'already') continue;
        const cells = ANSWERS[name]!.rows[row]!;
        const scores = scoresOf(cells);
        const own = scores.indexOf(Math.max(...scores));
        // What each target lacks over what a column gives for a distance of 1.
        const costs = scores.flatMap((value, k) => {
          if (coef.rows > 1 && k === own) return [];
          const lack = coef.rows > 1 ? scores[own]! - value : 0.5 - value;
          return model.names.map((column, c) => {
            const moved = scoresOf(cells.with(c, Number(cells[c]) + scales[column]!));
            return lack / Math.abs(moved[k]! - value - (coef.rows > 1 ? moved[own]! - scores[own]! : 0));
          });
        });
        expect(found).toMatchObject({ method: 'linear', exact: true });
        expect(Math.abs(found.lowerBound! - Math.min(...costs))).toBeLessThan(1e-5);
        expect(found.changes).toHaveLength(1);
      }
    },
  );

  test('of a model that mixes its columns are answered otherwise, and no proof is claimed', async () => {
    const { content, batch } = opened('linear-three');
    const { predictor } = modelEncoding(content.root, []);
    const mixing: ModelStep = {
      kind: 'normalizer',
      norm: 'l2',
      origin: predictor.origin,
      features: 5,
      featureNames: null,
    };
    const steps = [
      { name: 'normalizer', step: mixing },
      { name: 'model', step: predictor },
    ];
    const root: ModelStep = {
      kind: 'pipeline',
      steps,
      origin: predictor.origin,
      features: 5,
      featureNames: null,
    };
    const mixed = { ...content, root };
    const engine = createNativeEngine(mixed);
    const request = {
      wanted: undefined,
      rules: { ...FREE, immutable: ['x1'] },
      background: null,
      budget: USUAL_BUDGET,
    };
    const { rows } = await counterfactualsOf(
      { name: 'mixed', content: mixed, engine },
      request,
      batch(ANSWERS['linear-three']!.rows),
    );
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'found', method: 'heuristic', exact: false, lowerBound: null });
      expect(row.to).not.toBe(row.from);
      expect(row.changes.map(({ column }) => column)).not.toContain('x1');
    }
  });

  test('of a linear model without a background are as near as its scaler says', async () => {
    const { content, engine, batch } = opened('columns-linear');
    const request = { wanted: undefined, rules: FREE, background: null, budget: USUAL_BUDGET };
    const asked = batch(ANSWERS['columns-linear']!.rows);
    const { scales } = await counterfactualsOf({ name: 'scaled', content, engine }, request, asked);
    const scaler = JSON.stringify(content.root, (key, value) =>
      key === 'scale' && value instanceof Float64Array ? [...value] : value,
    );
    const fitted =
      /"kind":"standard-scaler".*?"scale":\[([^\]]+)\]/.exec(scaler)?.[1]?.split(',').map(Number) ?? [];
    expect(fitted.length).toBeGreaterThan(0);
    for (const [k, scale] of fitted.entries()) expect(Object.values(scales)[k]).toBeCloseTo(scale, 9);
  });

  test('keep to the rules of columns, and cost more for it', async () => {
    const model = opened('forest-classes');
    const free = await model.sought({});
    const ruled = await model.sought({ immutable: ['x2'], increase: ['x0'], decrease: ['x1'] });
    for (const [k, row] of ruled.rows.entries()) {
      for (const { column, from, to } of row.changes) {
        expect(column).not.toBe('x2');
        if (column === 'x0') expect(Number(to)).toBeGreaterThan(Number(from));
        if (column === 'x1') expect(Number(to)).toBeLessThan(Number(from));
      }
      expect(row.lowerBound ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
        free.rows[k]!.lowerBound! - 1e-9,
      );
    }
  });

  test('claim nothing that the budget did not prove', async () => {
    const { sought } = opened('forest-number');
    const { rows } = await sought({}, '>=0.5', 0);
    const exact = (await sought({}, '>=0.5')).rows;
    for (const [k, row] of rows.entries()) {
      if (row.status === 'already') continue;
      expect(row.exact).toBe(false);
      expect(row.lowerBound!).toBeLessThanOrEqual(exact[k]!.lowerBound! + 1e-9);
    }
  });

  test('prove that there is none where no row is answered so', async () => {
    const { rows } = await opened('tree-number').sought({}, '>=1000000');
    for (const row of rows)
      expect(row).toMatchObject({ status: 'none-exists', exact: true, counterfactual: null });
  });

  test.each([
    ['forest-classes', {}, 'maybe', /"maybe" is no answer of it/],
    ['forest-number', {}, undefined, /nothing says which are wanted/],
    ['forest-classes', { immutable: ['X2'] }, undefined, /no column "X2"; did you mean "x2"/],
  ] as const)('of %s with %j and %s are refused', async (name, rules, wanted, message) => {
    await expect(opened(name).sought(rules, wanted)).rejects.toThrow(message);
  });
});
