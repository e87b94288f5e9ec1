import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { randomIndex, seededRandom } from '../core/random.ts';
import { DEFAULT_LIMITS } from '../formats/limits.ts';
import {
  scriptArchive as archiveOf,
  forwardCode as forward,
  SCRIPT_HEAD as HEAD,
  readScript as readBytes,
} from './testing/script-archive.ts';

interface Outcome {
  /** Code of the error, or field of the blocker. */
  readonly what: string;
  readonly found: string;
}

function outcomeOf(bytes: Uint8Array, objectBytes?: number): Outcome {
  try {
    const [blocker] = readBytes(bytes, objectBytes).blockers;
    return { what: blocker?.field ?? 'read', found: `${blocker?.found} (${blocker?.path})` };
  } catch (error) {
    if (isPlimsollError(error)) return { what: error.code, found: error.message };
    throw error;
  }
}

/** Branches in one another, each with another one that raises an error. */
const branches = (depth: number): string =>
  [
    ...Array.from({ length: depth }, (_, i) => `${'  '.repeat(i)}if c:`),
    `${'  '.repeat(depth)}a = 1`,
    ...Array.from({ length: depth }, (_, i) => {
      const indent = '  '.repeat(depth - 1 - i);
      return `${indent}else:\n${indent}  ops.prim.RaiseException("no")`;
    }),
  ].join('\n');

const LINEAR = 'torch.linear(x, torch.ones([2, 3]))';

describe('code of TorchScript', () => {
  test('that answers is read', () => {
    expect(outcomeOf(archiveOf(forward(`return ${LINEAR}`))).what).toBe('read');
  });

  test('is read as torch 1.4 wrote it, with the version of its operators before it', () => {
    const code = `op_version_set = 1\n${HEAD}${forward(`_0 : Optional[Tensor] = None\nreturn ${LINEAR}`).replaceAll(/^(?=.)/gm, '  ')}`;
    expect(outcomeOf(archiveOf('', '', { 'net/code/__torch__.py': code, 'net/version': '2\n' })).what).toBe(
      'read',
    );
  });

  test.each<[string, string, string, RegExp]>([
    [
      'a method that calls itself',
      forward('return (self).forward(x, )'),
      '',
      /a call of itself \(code\/__torch__\.py:/,
    ],
    [
      'functions that call each other',
      forward('return __torch__.f(x, )'),
      'def f(x: Tensor) -> Tensor:\n  return __torch__.g(x, )\ndef g(x: Tensor) -> Tensor:\n  return __torch__.f(x, )\n',
      /a call of itself/,
    ],
    [
      'a loop of 10⁹ turns',
      forward(`for i in range(1000000000):\n  pass\nreturn ${LINEAR}`),
      '',
      /1000000000 items/,
    ],
    ['a loop without end', forward(`while True:\n  pass\nreturn ${LINEAR}`), '', /200000 statements/],
    [
      'loops in loops',
      forward(
        `for i in range(10000):\n  for j in range(10000):\n    for k in range(10000):\n      pass\nreturn ${LINEAR}`,
      ),
      '',
      /200000 statements/,
    ],
    [
      'a list that doubles',
      forward(`a = [1, 2]\nfor i in range(60):\n  a = torch.add(a, a)\nreturn ${LINEAR}`),
      '',
      /\d+ items/,
    ],
    [
      'a list of 10⁹ items',
      forward(`a = torch.mul([0], 1000000000)\nreturn ${LINEAR}`),
      '',
      /1000000000 items/,
    ],
    [
      'a text that doubles',
      forward(`a = "ab"\nfor i in range(60):\n  a = torch.add(a, a)\nreturn ${LINEAR}`),
      '',
      /\d+ items/,
    ],
    [
      'calls that double',
      forward('return __torch__.f0(x, )'),
      `${Array.from(
        { length: 50 },
        (_, i) =>
          `def f${i}(x: Tensor) -> Tensor:\n  a = __torch__.f${i + 1}(x, )\n  return __torch__.f${i + 1}(x, )\n`,
      ).join('')}def f50(x: Tensor) -> Tensor:\n  return x\n`,
      /200000 statements/,
    ],
    [
      'branches in branches that nothing decides',
      forward(`c = torch.gt(torch.size(x, 0), 7)\n${branches(40)}\nreturn ${LINEAR}`),
      '',
      /5000 that are decided/,
    ],
    [
      'a branch that is decided with each call',
      forward(
        `if bool(torch.sum(x)):\n  y = torch.relu(x)\nelse:\n  y = x\nreturn torch.linear(y, torch.ones([2, 3]))`,
      ),
      '',
      /decided with each call/,
    ],
    [
      'a list that such a branch changes',
      forward(
        `a = [1]\nif bool(torch.sum(x)):\n  _0 = torch._set_item(a, 0, 2)\nelse:\n  pass\nreturn torch.mul(${LINEAR}, a[0])`,
      ),
      '',
      /decided with each call/,
    ],
    ['a function of Python', forward('return __import__("os").system("true")'), '', /__import__/],
    ['an operator of another library', forward('return ops.mine.run(x)'), '', /ops\.mine\.run/],
    ['an error in any case', forward('ops.prim.RaiseException("no")\nreturn x'), '', /^no/],
    ['an attribute that each call changes', forward(`self.n = 3\nreturn ${LINEAR}`), '', /each call changes/],
    ['a name that nothing gives', forward('return y'), '', /./],
    [
      'a function that the archive does not hold',
      forward('return __torch__.gone.f(x, )'),
      '',
      /__torch__\.gone\.f/,
    ],
    ['parts that are not there', forward('a, b, = [x]\nreturn a'), '', /a list of 1/],
  ])('with %s is refused by name', (_, methods, functions, found) => {
    const started = performance.now();
    const outcome = outcomeOf(archiveOf(methods, functions));
    expect(outcome.what, outcome.found).not.toBe('read');
    expect(outcome.found).toMatch(found);
    expect(performance.now() - started).toBeLessThan(DEFAULT_LIMITS.cpuMs + 2000);
  });

  test.each<[string, string, string]>([
    ['brackets in brackets', forward(`return ${'('.repeat(100_000)}x`), 'READ_CORRUPT'],
    ['attributes of attributes', forward(`return x${'.a'.repeat(100_000)}`), 'READ_CORRUPT'],
    [
      'blocks in blocks',
      forward(Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}if True:`).join('\n')),
      'READ_CORRUPT',
    ],
    ['a text without an end', forward(`return "${'a'.repeat(100_000)}`), 'READ_CORRUPT'],
    ['a number that is complex', forward('return 1j'), 'READ_CORRUPT'],
    ['half a statement', forward('return torch.add(x,'), 'READ_CORRUPT'],
    ['lines that no block has', 'def forward(self):\n    a = 1\n  b = 2\n', 'READ_CORRUPT'],
    ['operators of another language', forward('return x => y'), 'READ_CORRUPT'],
  ])('with %s is refused', (_, methods, code) => {
    expect(outcomeOf(archiveOf(methods)).what).toBe(code);
  });

  test('with more words than memory is given to is refused', () => {
    const archive = archiveOf(forward(`return [${'1,'.repeat(100_000)}]`));
    expect(outcomeOf(archive, 16 * 2 ** 20).what).toBe('READ_LIMIT');
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['a format to come', { 'net/version': '999\n' }, 'version'],
    ['code that is no text', { 'net/code/__torch__.py': '\u{0}' }, 'READ_CORRUPT'],
    ['no code', { 'net/code/__torch__.py': '' }, 'the class'],
    ['numbers of a big-endian machine', { 'net/byteorder': 'big' }, 'MODEL_UNSUPPORTED'],
    ['another pickle', { 'net/data.pkl': '\u{2}' }, 'READ_CORRUPT'],
  ])('beside %s is refused', (_, more, what) => {
    expect(outcomeOf(archiveOf(forward(`return ${LINEAR}`), '', more)).what).toBe(what);
  });
});

describe('what an input is taken to be', () => {
  test.each([
    ['torch.roll(x, [1, -2], [1, 2])'],
    ['torch.softmax(x, 2)'],
    ['torch.relu(torch.transpose(x, 1, 2))'],
    ['torch.mul(x, torch.size(x, 1))'],
    ['torch.flatten(x, 1)'],
    ['torch.select(x, 1, 0)'],
  ])('%s fits several numbers of axes, and is refused', (code) => {
    const outcome = outcomeOf(archiveOf(forward(`return ${code}`)));
    expect([outcome.what, outcome.found]).toEqual([
      'what it takes',
      'said by none of its operators (input "x")',
    ]);
  });

  test.each<[string, readonly number[]]>([
    // Where a size is known, the fewest axes that fit are taken, as with a linear layer alone.
    ['torch.linear(torch.mean(x, [1]), torch.ones([2, 4]))', [-1, -1, 4]],
    ['torch.linear(torch.transpose(x, 1, 2), torch.ones([2, 4]))', [-1, 4, -1]],
    ['torch.linear(torch.mean(x, [2, 3]), torch.ones([2, 4]))', [-1, 4, -1, -1]],
    // No size is known, but the number of axes is.
    ['torch.max_pool2d(x, [2, 2])', [-1, -1, -1, -1]],
    ['torch.max_pool2d(torch.unsqueeze(x, 1), [2, 2])', [-1, -1, -1]],
  ])('%s says what it takes', (code, shape) => {
    const signature = readBytes(archiveOf(forward(`return ${code}`))).content?.signature;
    expect(signature?.form === 'tensors' && signature.tensors.map((input) => input.shape)).toEqual([shape]);
  });
});

/** Names of the outputs of a dict that code fills. */
const namesIn = (body: string): readonly string[] =>
  readBytes(
    archiveOf(forward(`y = ${LINEAR}\nd = annotate(Dict[str, Tensor], {})\n${body}\nreturn d`)),
  ).content?.signature.outputs.map(({ name }) => name) ?? [];

describe('texts that code makes', () => {
  test.each([
    ['str(i)', ['0', '1', '2']],
    ['torch.str(i)', ['0', '1', '2']],
    ['torch.format("h{}-{}", i, "a")', ['h0-a', 'h1-a', 'h2-a']],
    ['torch.percentFormat("h%d%s", (i, "a"))', ['h0a', 'h1a', 'h2a']],
    ['torch.join("_", ["h", str(i)])', ['h_0', 'h_1', 'h_2']],
    ['torch.add("h", str(torch.gt(i, 1)))', ['hFalse', 'hTrue']],
  ])('%s names outputs as torch does', (key, names) => {
    expect(namesIn(`for i in range(3):\n  _0 = torch._set_item(d, ${key}, y)`)).toEqual(names);
  });

  test.each([
    'str(torch.size(x, 0))',
    'str(1.5)',
    'torch.percentFormat("%x", 3)',
    'torch.format("{}")',
    'torch.format("{}", (2, 3))',
  ])('%s decides nothing, for it is not known', (text) => {
    const body = `if torch.eq(${text}, "2"):\n  y = ${LINEAR}\nelse:\n  y = x\nreturn y`;
    expect(outcomeOf(archiveOf(forward(body))).found).toMatch(/decided with each call/);
  });

  test('that are longer than memory is given to are not made', () => {
    const outcome = outcomeOf(
      archiveOf(forward(`a = "ab"\nfor i in range(60):\n  a = torch.format("{}{}", a, a)\nreturn ${LINEAR}`)),
    );
    expect(outcome.what).toBe('read');
  });
});

describe('damaged archives of TorchScript', () => {
  test.each([
    ['2.15.0/script-mlp-scripted.pt', 120],
    ['2.15.0/script-lstm-traced.pt', 80],
    ['2.15.0/script-autoencoder-frozen.pt', 80],
  ])('%s is read or refused, whatever bytes change', (name, count) => {
    const whole = new Uint8Array(readFileSync(join(import.meta.dirname, '../../fixtures/torch', name)));
    const random = seededRandom(21);
    for (let i = 0; i < count; i += 1) {
      const bytes = Uint8Array.from(whole);
      for (let n = 0; n <= i % 4; n += 1) bytes[randomIndex(random, bytes.length)] = randomIndex(random, 256);
      expect(outcomeOf(bytes).what, `mutation ${i}`).toMatch(/\w/);
    }
  });

  test('code whose words change is read or refused', () => {
    const random = seededRandom(22);
    const code = forward(
      'y = torch.relu(x)\nfor i in range(3):\n  if torch.gt(i, 1):\n    y = torch.add(y, y)\n  else:\n    pass\nreturn torch.linear(y, torch.ones([2, 3]))',
    );
    const words = code.split(/\b/);
    for (let i = 0; i < 300; i += 1) {
      const changed = [...words];
      for (let n = 0; n <= i % 3; n += 1)
        changed[randomIndex(random, words.length)] = words[randomIndex(random, words.length)] ?? '';
      expect(outcomeOf(archiveOf(changed.join(''))).what, `mutation ${i}`).toMatch(/\w/);
    }
  });
});
