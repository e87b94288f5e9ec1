import { afterAll, describe, expect, it } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import type { Engine } from '../engine/engine.ts';
import { documentOf, readText } from '../formats/pmml/testing/document.ts';
import { createEngines, isEngine } from '../registry/engines.ts';
import { decodeInput } from '../serving/rows/decode.ts';

const CELLS = [
  null,
  0,
  -0,
  1,
  0.999999999999,
  1.5,
  2,
  2.0000000001,
  -3,
  1e300,
  'Infinity',
  '-Infinity',
  5e-324,
];
const ROWS = CELLS.flatMap((x) => CELLS.map((z) => [x, z]));
const opened: Engine[] = [];
afterAll(async () => {
  for (const engine of opened) await engine.close();
});

/** The engines of a document; null where it has one only. */
async function bothOf(text: string) {
  const { content } = readText(text);
  if (content === null) throw new Error('not understood');
  const { native, onnx } = await createEngines(content);
  opened.push(...[native, onnx].filter(isEngine));
  return isEngine(native) && isEngine(onnx) ? { native, onnx, content } : null;
}

/** Answers row by row, as text that keeps every bit; null where a row is refused. */
async function answersOf(engine: Engine, signature: Parameters<typeof decodeInput>[1]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const data of ROWS) {
    try {
      const outputs = await engine.infer(
        decodeInput({ dataframe_split: { columns: ['x', 'z'], data: [data] } }, signature),
      );
      answers.push(
        Object.entries(outputs).map(([name, tensor]) => [
          name,
          'dtype' in tensor ? tensor.dtype : null,
          'data' in tensor
            ? [...tensor.data].map((value) => (Object.is(value, -0) ? '-0' : String(value)))
            : null,
        ]),
      );
    } catch (error) {
      if (!isPlimsollError(error) || error.code !== 'INPUT_INVALID') throw error;
      answers.push(null);
    }
  }
  return answers;
}

const STRATEGIES = ['none', 'lastPrediction', 'nullPrediction', 'defaultChild'];
const PAIRS = [
  ['lessThan', 'greaterOrEqual'],
  ['lessOrEqual', 'greaterThan'],
  ['greaterThan', 'lessOrEqual'],
  ['greaterOrEqual', 'lessThan'],
] as const;

/** A random tree over x and z; the seed says all of it. */
function randomTree(seed: number, task: 'regression' | 'classification', inner = false): string {
  const { next: random } = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const missing = pick(STRATEGIES);
  let count = 0;
  const node = (depth: number, predicate: string): string => {
    const id = count++;
    const yes = 1 + Math.floor(random() * 8);
    const score = task === 'regression' ? (random() * 4 - 2).toFixed(3) : yes > 5 ? 'yes' : 'no';
    const shares =
      task === 'regression'
        ? ''
        : `<ScoreDistribution value="no" recordCount="${10 - yes}"/><ScoreDistribution value="yes" recordCount="${yes}"/>`;
    if (yes === 5 || depth === 0)
      return `<Node id="${id}" score="${yes === 5 && task !== 'regression' ? 'no' : score}">${predicate}${shares}</Node>`;
    const [first, second] = pick(PAIRS);
    const compared = (operator: string, field: string, value: number): string =>
      `<SimplePredicate field="${field}" operator="${operator}" value="${value}"/>`;
    const [field, value] = [pick(['x', 'z']), pick([0, 1, 1.5, 2, -3])];
    const begin = count;
    const left = node(depth - 1, compared(first, field, value));
    const middle = count;
    const shape = pick(['complement', 'true', 'other', 'none']);
    const right =
      shape === 'none' && missing !== 'defaultChild'
        ? ''
        : node(
            depth - 1,
            shape === 'true'
              ? '<True/>'
              : shape === 'other' && missing !== 'defaultChild'
                ? compared(first, pick(['x', 'z']), pick([0, 1, 2]))
                : compared(second, field, value),
          );
    const chosen = right === '' ? begin : pick([begin, middle]);
    return `<Node id="${id}" score="${score}" defaultChild="${chosen}">${predicate}${shares}${left}${right}</Node>`;
  };
  const strategy = pick(['returnNullPrediction', 'returnLastPrediction']);
  const target = task === 'regression' ? 'y' : 'c';
  const schema = `<MiningSchema><MiningField name="x"/><MiningField name="z"/>${inner ? '' : `<MiningField name="${target}" usageType="target"/>`}</MiningSchema>`;
  return `<TreeModel functionName="${task}" missingValueStrategy="${missing}" noTrueChildStrategy="${strategy}">${schema}${node(3, '<True/>')}</TreeModel>`;
}

const forest = (
  seed: number,
  task: 'regression' | 'classification',
  method: string,
  attributes = '',
): string => {
  const segments = [0, 1, 2].map(
    (i) => `<Segment id="${i}"><True/>${randomTree(3 * seed + i, task, true)}</Segment>`,
  );
  const target = task === 'regression' ? 'y' : 'c';
  const targets =
    task === 'regression'
      ? '<Targets><Target field="y" rescaleFactor="0.3" rescaleConstant="1.7"/></Targets>'
      : '';
  return `<MiningModel functionName="${task}" ${attributes}><MiningSchema><MiningField name="x"/><MiningField name="z"/><MiningField name="${target}" usageType="target"/></MiningSchema>${targets}<Segmentation multipleModelMethod="${method}">${segments.join('')}</Segmentation></MiningModel>`;
};

const floating = (text: string): string =>
  text.replaceAll('optype="continuous" dataType="double"/>', 'optype="continuous" dataType="float"/>');

describe('documents of trees over numbers run in both engines, which give the same bits and refuse the same rows', () => {
  const cases: [string, (seed: number) => string][] = [
    ['a regression', (seed) => documentOf(randomTree(seed, 'regression'))],
    ['a classification', (seed) => documentOf(randomTree(seed, 'classification'))],
    ['a tree over floats', (seed) => floating(documentOf(randomTree(seed, 'classification')))],
    ['a sum', (seed) => documentOf(forest(seed, 'regression', 'sum'))],
    ['a mean', (seed) => documentOf(forest(seed, 'regression', 'average'))],
    ['a mean of classes', (seed) => documentOf(forest(seed, 'classification', 'average'))],
    [
      'a sum in float32',
      (seed) =>
        floating(documentOf(forest(seed, 'regression', 'sum', 'x-mathContext="float"'))).replace(
          'name="y" optype="continuous" dataType="float"',
          'name="y" optype="continuous" dataType="double"',
        ),
    ],
    [
      'a mean in float32',
      (seed) =>
        floating(documentOf(forest(seed, 'regression', 'average', 'x-mathContext="float"'))).replace(
          'name="y" optype="continuous" dataType="float"',
          'name="y" optype="continuous" dataType="double"',
        ),
    ],
  ];
  it.each(cases)('%s', async (_, textOf) => {
    let compared = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const both = await bothOf(textOf(seed));
      if (both === null) continue;
      const { signature } = both.content;
      expect(await answersOf(both.onnx, signature), `seed ${seed}`).toEqual(
        await answersOf(both.native, signature),
      );
      compared++;
    }
    expect(compared).toBeGreaterThan(5);
  });
});

it('documents of anything else are evaluated natively alone, which says what stands in the way', async () => {
  const regression = documentOf(
    '<RegressionModel functionName="regression"><MiningSchema><MiningField name="x"/><MiningField name="y" usageType="target"/></MiningSchema><RegressionTable intercept="1"><NumericPredictor name="x" coefficient="2"/></RegressionTable></RegressionModel>',
  );
  const { content } = readText(regression);
  const { native, onnx } = await createEngines(content!);
  expect(isEngine(native)).toBe(true);
  expect(onnx).toMatchObject({ code: 'MODEL_UNSUPPORTED', message: expect.stringContaining('regression') });
});
