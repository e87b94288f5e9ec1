import { describe, expect, test } from 'vitest';
import { required } from '../core/element-at.ts';
import { GraphSession } from '../engine/onnx/session.ts';
import { forwardCode, readScript, scriptArchive } from './testing/script-archive.ts';

/** Two numbers a row: the sum of its three, twice. */
const LINEAR = 'y = torch.linear(x, torch.ones([2, 3]))\n';
const readBody = (body: string): ReturnType<typeof readScript> =>
  readScript(scriptArchive(forwardCode(`${LINEAR}${body}`)));

/** What code makes of the rows [1, 2, 3] and [4, 5, 6]: y is [[6, 6], [15, 15]]. */
async function answerOf(body: string): Promise<readonly number[]> {
  const { content, blockers } = readBody(body);
  expect(blockers).toEqual([]);
  if (content?.kind !== 'graph') expect.fail('it is no graph');
  const session = await GraphSession.open(content.onnx);
  try {
    const x = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
    const answers = await session.run({ x }, ['output']);
    return [...required(answers.get('output'), 'an answer').data].map(Number);
  } finally {
    await session.close();
  }
}

describe('code of TorchScript on tensors', () => {
  test.each<[string, readonly number[]]>([
    ['torch.fill_(torch.slice(y, 0), 1.5)\nreturn y', [1.5, 1.5, 1.5, 1.5]],
    ['torch.add_(torch.view(y, [-1, 1, 2]), 1.)\nreturn y', [7, 7, 16, 16]],
    [
      'torch.unsqueeze_(y, 0)\ntorch.fill_(torch.select(y, 2, 0), 1.)\nreturn torch.squeeze(y, 0)',
      [1, 6, 1, 15],
    ],
    ['v = torch.slice(y, 1, 1)\ntorch.unsqueeze_(v, 1)\ntorch.add_(v, 1.)\nreturn y', [6, 7, 15, 16]],
    ['torch.t_(y)\ntorch.fill_(torch.select(y, 0, 0), 1.)\nreturn torch.t(y)', [1, 6, 1, 15]],
    ['z = torch.to(y, 6, False, True)\ntorch.add_(z, 1.)\nreturn y', [6, 6, 15, 15]],
    ['z = torch.to(y, 6)\ntorch.add_(z, 1.)\nreturn y', [7, 7, 16, 16]],
    ['z = torch.contiguous(torch.t(y))\ntorch.add_(z, 1.)\nreturn torch.t(z)', [7, 7, 16, 16]],
  ])('%s: answers what torch answers', async (body, wanted) => {
    expect(await answerOf(body)).toEqual(wanted);
  });

  // Whether these copy depends on memory, or on what torch makes of a schema that says nothing.
  test.each([
    ['z = torch.contiguous(torch.t(y))\ntorch.add_(z, 1.)\nreturn y'],
    ['z = torch.contiguous(y)\ntorch.add_(y, 1.)\nreturn z'],
    ['z = torch.dropout(y, 0.5, False)\ntorch.add_(z, 1.)\nreturn y'],
    ['z = torch.type_as(y, x)\ntorch.add_(z, 1.)\nreturn y'],
    ['a = torch.ones([2])\nz = torch.as_strided(a, [1], [1])\ntorch.fill_(z, 5.)\nreturn torch.add(y, a)'],
    ['z = torch.einsum("ij->ji", [y])\ntorch.add_(z, 1.)\nreturn y'],
    ['a = torch.ones([2])\nz = torch.meshgrid([a])\ntorch.fill_(z[0], 5.)\nreturn torch.add(y, a)'],
    ['v = torch.select(y, 1, 0)\ntorch.unsqueeze_(y, 0)\ntorch.add_(v, 1.)\nreturn v'],
  ])('%s: is refused', (body) => {
    const [blocker] = readBody(body).blockers;
    expect([blocker?.field, blocker?.found]).toEqual([
      'its storage',
      expect.stringMatching(/another view of it|other views of it/),
    ]);
  });

  test.each<[string, string, readonly number[]]>([
    ['booleans', 'torch.where(c, torch.lt(y, 10.), torch.gt(y, 100.))', [1, 1, 0, 0]],
    ['int8', 'torch.where(c, torch.to(y, 1), torch.to(x2, 1))', [6, 6, 7, 7]],
    ['int16', 'torch.where(c, torch.to(y, 2), torch.to(x2, 2))', [6, 6, 7, 7]],
  ])('%s are chosen, which onnxruntime cannot', async (_type, code, wanted) => {
    const body = `x2 = torch.sub(y, 8.)\nc = torch.lt(y, 10.)\nreturn ${code}`;
    expect(await answerOf(body)).toEqual(wanted);
  });

  test('whole numbers below 0 are cut, which onnxruntime cannot', async () => {
    expect(await answerOf('return torch.relu(torch.to(torch.sub(y, 8.), 4))')).toEqual([0, 0, 7, 7]);
  });

  test('float64 is refused by name where onnxruntime has no kernel for it', () => {
    const [blocker] = readBody('return torch.erf(torch.to(y, 7))').blockers;
    expect([blocker?.class, blocker?.found]).toEqual(['Erf', 'float64']);
  });

  test('not of a mask that nothing says the type of is refused', () => {
    const [blocker] = readBody(
      'm = torch.bitwise_not(torch.unsqueeze(x, -1))\nreturn torch.mul(y, m)',
    ).blockers;
    expect(blocker?.found).toBe('torch.bitwise_not of float32');
  });

  test('steps through the storage of a view are refused', () => {
    const body =
      'a = torch.t(torch.ones([2, 2]))\nreturn torch.add(y, torch.select(torch.as_strided(a, [2, 2], [2, 1]), 0, 0))';
    const [blocker] = readBody(body).blockers;
    expect(blocker?.found).toBe('a view, or what was made of one');
  });

  test('an answer that is to be written elsewhere is refused', () => {
    const [blocker] = readBody('z = torch.zeros_like(y)\n_0 = torch.add(y, 1., out=z)\nreturn z').blockers;
    expect(blocker?.found).toMatch(/^out: a tensor/);
  });
});
