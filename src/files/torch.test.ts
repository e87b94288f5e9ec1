import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { required } from '../core/element-at.ts';
import { halfToNumber } from '../core/float.ts';
import { GraphSession } from '../engine/onnx/session.ts';
import type { Tensor } from '../model/tensor.ts';
import { readModelFile } from './read-model.ts';
import {
  type KeptTensor,
  keptOutputs,
  keptRuns,
  keptTensors,
  networkFixtures,
} from './testing/network-fixtures.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/torch');

/** Within 10⁻⁵ of each number, and 10⁻⁶ of the largest, where sums cancel each other out; of halves what one bit of them is. */
function expectAlike(found: Tensor, wanted: KeptTensor, what: string): void {
  expect([...found.shape], what).toEqual(wanted.shape);
  const isBrief = wanted.dtype === 'bfloat16';
  expect(found.dtype, what).toBe(isBrief ? 'float32' : wanted.dtype);
  const numbers = wanted.data.map(Number);
  const most = Math.max(0, ...numbers.map(Math.abs).filter(Number.isFinite));
  for (const [i, number] of numbers.entries()) {
    const one = found.dtype === 'float16' ? halfToNumber(found.data[i] ?? 0) : Number(found.data[i]);
    if (Object.is(one, number) || one === number) continue;
    const error = Math.abs(one - number);
    // torch rounds to the 8 bits of bfloat16 after each operator.
    const share = isBrief ? 2 ** -6 : found.dtype === 'float16' ? 2 ** -9 : 1e-5;
    if (!(error <= share * Math.abs(number) + (isBrief ? 2 ** -7 : 1e-6) * most))
      expect.fail(`${what}[${i}] is ${one}, torch answers ${number}`);
  }
}

describe('models of torch', () => {
  const sessions: GraphSession[] = [];
  afterAll(async () => {
    for (const session of sessions) await session.close();
  });

  test.each(networkFixtures('torch'))('$release/$name answers what torch answers', async (fixture) => {
    const { content, blockers } = readModelFile(fixture.path);
    expect(blockers).toEqual([]);
    if (content?.kind !== 'graph' || content.signature.form !== 'tensors') expect.fail('it is no graph');
    const session = await GraphSession.open(content.onnx);
    sessions.push(session);
    const names = content.signature.outputs.map((output) => output.name);
    for (const run of keptRuns(fixture)) {
      const answers = await session.run(keptTensors(run.inputs), names);
      const wanted = keptOutputs(run, names);
      expect(names.length, fixture.name).toBe(wanted.length);
      for (const [name, output] of wanted)
        expectAlike(required(answers.get(name), 'an answer'), output, `${fixture.name} ${name}`);
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

describe('an archive of TorchScript', () => {
  const signatureOf = (name: string): readonly unknown[] => {
    const { content } = readModelFile(join(FOLDER, '2.15.0', name));
    if (content?.kind !== 'graph' || content.signature.form !== 'tensors') expect.fail('it is no graph');
    return content.signature.tensors.map(({ name: input, dtype, shape }) => [input, dtype, shape]);
  };

  test.each([
    ['script-dynamic-traced.pt', [['x', 'float32', [-1, 3, -1]]]],
    ['script-embedding-traced.pt', [['tokens', 'int64', [-1, -1]]]],
    ['script-static-frozen.pt', [['input', 'float32', [-1, 4]]]],
    ['script-cnn-scripted.pt', [['input', 'float32', [-1, 1, -1, -1]]]],
    ['script-cnn-traced.pt', [['input', 'float32', [-1, 1, 16, 16]]]],
    ['script-lstm-scripted.pt', [['steps', 'float32', [-1, -1, 5]]]],
  ])('%s takes what its trace and its layers say, with sizes free that may be', (name, wanted) => {
    expect(signatureOf(name)).toEqual(wanted);
  });

  test('shows its modules and tensors by the names of their classes', () => {
    const { outline } = readModelFile(join(FOLDER, '2.15.0/script-lstm-scripted.pt'));
    expect(outline?.class).toBe('torch_nets.Recurrent');
    expect(outline?.children.map(({ path, class: name }) => [path, name])).toEqual([
      ['cells', 'torch.nn.modules.rnn.LSTM'],
      ['head', 'torch.nn.modules.linear.Linear'],
    ]);
  });

  test('names its answers as its code does', () => {
    const { content } = readModelFile(join(FOLDER, '2.15.0/script-named-scripted.pt'));
    expect(content?.signature.outputs.map(({ name }) => name)).toEqual(['mean', 'scores']);
  });
});

describe('files of torch that hold no network to read as data', () => {
  test.each([
    ['state-dict.pt', 'the network', /2 tensors.*no graph/],
    ['state-dict.pth', 'the network', /2 tensors.*no graph/],
    ['checkpoint.pt', 'the network', /2 tensors.*no graph/],
    ['weights.safetensors', 'the network', /2 tensors.*no graph/],
    ['user-class.pt', 'its forward', /^code of __main__\.Net, which the file does not hold/],
    ['script-steps.pt', 'range', /turns that is chosen with each call/],
    ['script-branching.pt', 'a branch', /decided with each call/],
    ['script-remembering.pt', 'its storage', /buffer that each call changes/],
    ['script-random.pt', 'the operator', /^torch\.rand_like$/],
    ['script-optimized.pt', 'the operator', /^torch\.to_mkldnn$/],
    ['script-anything.pt', 'what it takes', /not said by any of its layers/],
    ['hook.pt', '_forward_hooks', /1 hooks, which are code/],
    ['random.pt2', 'the operator', /^torch\.ops\.aten\.rand_like\.default$/],
    ['counter.pt2', 'buffer_mutation', /each call changes/],
  ])('%s is described, and refused for %s', (name, field, found) => {
    const { content, blockers, outline } = readModelFile(join(FOLDER, '2.15.0/refused', name));
    expect(content).toBeNull();
    expect(blockers).toEqual([expect.objectContaining({ field, found: expect.stringMatching(found) })]);
    expect(outline).not.toBeNull();
  });

  test('has bfloat16 computed in float32', () => {
    const { content } = readModelFile(join(FOLDER, '2.15.0/refused/bfloat16.pt'));
    expect(content?.signature.outputs).toEqual([expect.objectContaining({ dtype: 'float32' })]);
  });

  test('shows the tensors of a checkpoint by their full names', () => {
    const { outline } = readModelFile(join(FOLDER, '2.15.0/refused/checkpoint.pt'));
    expect(outline?.children.map(({ path, params }) => [path, params['shape']])).toEqual([
      ['model_state_dict.0.weight', '[2, 3]'],
      ['model_state_dict.0.bias', '[2]'],
    ]);
  });
});
