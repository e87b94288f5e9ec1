import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { required } from '../core/element-at.ts';
import { GraphSession } from '../engine/onnx/session.ts';
import { type DType, newTensor, type Tensor, TYPED_ARRAYS } from '../model/tensor.ts';
import { readModelFile } from './read-model.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/torch');

interface PlainTensor {
  readonly dtype: Exclude<DType, 'string'>;
  readonly shape: readonly number[];
  readonly data: readonly (number | boolean)[];
}

interface FixtureRun {
  readonly inputs: Readonly<Record<string, PlainTensor>>;
  readonly outputs: readonly PlainTensor[];
}

const files = readdirSync(FOLDER).flatMap((version) =>
  readdirSync(join(FOLDER, version))
    .filter((name) => /\.(?:pt2?|pth)$/.test(name))
    .map((name) => ({ name: `${version}/${name}`, path: join(FOLDER, version, name) })),
);

function tensorOf({ dtype, shape, data }: PlainTensor): Tensor {
  if (dtype === 'int64') return { dtype, shape, data: BigInt64Array.from(data, BigInt) };
  const array = new TYPED_ARRAYS[dtype](data.length);
  for (const [i, value] of data.entries()) array[i] = Number(value) as never;
  return newTensor(dtype, shape, array);
}

/** Within 10⁻⁵ of each number, and 10⁻⁶ of the largest, where sums cancel each other out. */
function expectAlike(found: Tensor, wanted: PlainTensor, what: string): void {
  expect([...found.shape], what).toEqual(wanted.shape);
  expect(found.dtype, what).toBe(wanted.dtype);
  const numbers = wanted.data.map(Number);
  const most = Math.max(0, ...numbers.map(Math.abs).filter(Number.isFinite));
  for (const [i, number] of numbers.entries()) {
    const one = Number(found.data[i]);
    if (Object.is(one, number) || one === number) continue;
    const error = Math.abs(one - number);
    if (!(error <= 1e-5 * Math.abs(number) + 1e-6 * most))
      expect.fail(`${what}[${i}] is ${one}, torch answers ${number}`);
  }
}

describe('models of torch', () => {
  const sessions: GraphSession[] = [];
  afterAll(async () => {
    for (const session of sessions) await session.close();
  });

  test.each(files)('$name answers what torch answers', async ({ path, name }) => {
    const { content, blockers } = readModelFile(path);
    expect(blockers).toEqual([]);
    if (content?.kind !== 'graph' || content.signature.form !== 'tensors') expect.fail('it is no graph');
    const session = await GraphSession.open(content.onnx);
    sessions.push(session);
    const names = content.signature.outputs.map((output) => output.name);
    const { runs } = JSON.parse(readFileSync(path.replace(/\.\w+$/, '.json'), 'utf8')) as {
      runs: readonly FixtureRun[];
    };
    for (const { inputs, outputs } of runs) {
      const feed = Object.fromEntries(
        Object.entries(inputs).map(([input, value]) => [input, tensorOf(value)]),
      );
      const answers = await session.run(feed, names);
      expect(names.length, name).toBe(outputs.length);
      for (const [i, output] of outputs.entries())
        expectAlike(required(answers.get(names[i] ?? ''), 'an answer'), output, `${name} ${names[i]}`);
    }
  });
});

test.each(['mlp', 'cnn', 'resnet', 'static'])(
  '%s has no node that nothing reads, so that the memory of a row is bounded',
  (name) => {
    const { content } = readModelFile(join(FOLDER, `2.15.0/${name}.pt2`));
    expect(content).toMatchObject({ kind: 'graph', memory: { kind: 'bounded' } });
  },
);

describe('files of torch that hold no network to read as data', () => {
  test.each([
    ['state-dict.pt', 'the network', /2 tensors.*no graph/],
    ['state-dict.pth', 'the network', /2 tensors.*no graph/],
    ['checkpoint.pt', 'the network', /2 tensors.*no graph/],
    ['weights.safetensors', 'the network', /2 tensors.*no graph/],
    ['user-class.pt', 'its forward', /^code of __main__\.Net, which the file does not hold/],
    ['script.pt', 'the network', /^code of TorchScript/],
    ['hook.pt', '_forward_hooks', /1 hooks, which are code/],
    ['bfloat16.pt', 'dtype', /^bfloat16$/],
    ['random.pt2', 'the operator', /^torch\.ops\.aten\.rand_like\.default$/],
    ['counter.pt2', 'buffer_mutation', /each call changes/],
  ])('%s is described, and refused for %s', (name, field, found) => {
    const { content, blockers, outline } = readModelFile(join(FOLDER, '2.15.0/refused', name));
    expect(content).toBeNull();
    expect(blockers).toEqual([expect.objectContaining({ field, found: expect.stringMatching(found) })]);
    expect(outline).not.toBeNull();
  });

  test('shows the tensors of a checkpoint by their full names', () => {
    const { outline } = readModelFile(join(FOLDER, '2.15.0/refused/checkpoint.pt'));
    expect(outline?.children.map(({ path, params }) => [path, params['shape']])).toEqual([
      ['model_state_dict.0.weight', '[2, 3]'],
      ['model_state_dict.0.bias', '[2]'],
    ]);
  });
});
