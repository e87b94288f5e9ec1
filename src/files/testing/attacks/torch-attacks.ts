import { archiveWith, archiveWithJson, type FileAttack, fixture, type Json, put } from './attack.ts';

const PROGRAM = 'torch/2.15.0/mlp.pt2';
const MODULE = 'torch/2.15.0/module-mlp.pt';
const SCRIPT = 'torch/2.15.0/script-mlp-traced.pt';

const graph = (document: Json): Json => document.graph_module.graph;
const meta = (document: Json): Json => document.config['0.weight'].tensor_meta;

const program = (
  attack: string,
  outcome: string,
  member: RegExp,
  change: (document: Json) => void,
): FileAttack => ({
  ...{ format: 'torch.export', attack, outcome },
  make: (folder) => put(folder, 'model.pt2', archiveWithJson(PROGRAM, member, change)),
});

const MODEL = /model\.json$/;
const WEIGHTS = /weights_config/;

const PROGRAMS: readonly FileAttack[] = [
  program('names an operator of another library', 'the operator', MODEL, (d) => {
    graph(d).nodes[1].target = 'torch.ops.mine.relu.default';
  }),
  program('names a function of Python', 'the operator', MODEL, (d) => {
    graph(d).nodes[1].target = '__import__("os").system';
  }),
  program('has a circle in its graph', 'READ_CORRUPT', MODEL, (d) => {
    graph(d).nodes[0].inputs[0].arg.as_tensor.name = 'softmax';
  }),
  program('has weights in a pickle', 'use_pickle', WEIGHTS, (d) => {
    d.config['0.weight'].use_pickle = true;
  }),
  program('has a path out of the archive for weights', 'READ_CORRUPT', WEIGHTS, (d) => {
    d.config['0.weight'].path_name = '../../../../etc/passwd';
  }),
  program('has weights that reach out of their storage', 'READ_CORRUPT', WEIGHTS, (d) => {
    meta(d).storage_offset.as_int = 1;
  }),
  program('has steps backwards', 'READ_CORRUPT', WEIGHTS, (d) => {
    meta(d).strides[0].as_int = -4;
  }),
  program('has one number as a tensor of a terabyte', 'READ_LIMIT', WEIGHTS, (d) => {
    for (const axis of [0, 1]) {
      meta(d).sizes[axis].as_int = 2 ** 20;
      meta(d).strides[axis].as_int = 0;
    }
  }),
];

const LEGACY = 'torch/2.15.0/module-cnn.pth';

/** The sizes and steps of the first weight, as the pickles of the two fixtures spell them. */
const FIRST = {
  zip: { sizes: 'K\x08K\x04\x86q4', steps: 'K\x04K\x01\x86q5', last: '\x86' },
  legacy: { sizes: '(K\x04K\x01K\x03K\x03tq;', steps: '(K\tK\tK\x03K\x01tq<', last: 'K\x01K\x01t' },
} as const;

/** Sizes `[rows, 1]` and steps `[step, 1]`, with their numbers as four bytes. */
function stretched(
  pickle: string,
  { sizes, steps, last }: (typeof FIRST)['zip' | 'legacy'],
  rows: number,
  step: number,
): string {
  const int = (value: number): string => `J${Buffer.from(Int32Array.of(value).buffer).toString('latin1')}`;
  const list = (first: number, mark: string): string => `${mark}${int(first)}K\x01${last}`;
  const mark = last === '\x86' ? '' : '(';
  return replaced(
    replaced(pickle, sizes, list(rows, mark) + sizes.slice(-2)),
    steps,
    list(step, mark) + steps.slice(-2),
  );
}

function replaced(text: string, part: string, by: string): string {
  if (!text.includes(part)) throw new Error('the fixture is another one');
  return text.replace(part, by);
}

type ChangePickle = (pickle: string, first: (typeof FIRST)['zip' | 'legacy'], canary: string) => string;

/** In both containers: the zip archive, and the one of five pickles. */
const saved = (attack: string, outcome: string, change: ChangePickle): readonly FileAttack[] => [
  {
    ...{ format: 'torch.save', attack, outcome },
    make: (folder, canary) =>
      put(
        folder,
        'model.pt',
        archiveWith(MODULE, /data\.pkl$/, (pickle) =>
          Buffer.from(change(pickle, FIRST.zip, canary), 'latin1'),
        ),
      ),
  },
  {
    ...{ format: 'torch.save before 1.6', attack, outcome },
    make: (folder, canary) => {
      const whole = Buffer.from(fixture(LEGACY)).toString('latin1');
      return put(folder, 'model.pth', Buffer.from(change(whole, FIRST.legacy, canary), 'latin1'));
    },
  },
];

const SEQUENTIAL = 'ctorch.nn.modules.container\nSequential\n';

const SAVED: readonly FileAttack[] = [
  ...saved('calls os.system', 'READ_UNSAFE', (pickle, _first, canary) =>
    replaced(pickle, SEQUENTIAL, `cos\nsystem\n(S'touch ${canary}'\ntR0${SEQUENTIAL}`),
  ),
  ...saved('has a class of its own', 'its forward', (pickle) =>
    replaced(pickle, SEQUENTIAL, 'c__main__\nNet\n'),
  ),
  ...saved('has steps backwards', 'READ_CORRUPT', (pickle, first) => stretched(pickle, first, 2, -1)),
  ...saved('has weights that reach out of their storage', 'READ_CORRUPT', (pickle, first) =>
    stretched(pickle, first, 2, 2 ** 30),
  ),
  ...saved('has one number as a tensor of eight gigabytes', 'READ_LIMIT', (pickle, first) =>
    stretched(pickle, first, 2 ** 31 - 1, 0),
  ),
];

const script = (attack: string, outcome: string, code: (source: string) => string): FileAttack => ({
  ...{ format: 'TorchScript', attack, outcome },
  make: (folder) => put(folder, 'script.pt', archiveWith(SCRIPT, /linear\/___torch_mangle_6\.py$/, code)),
});

const answering = (by: string) => (source: string) =>
  replaced(source, 'return torch.linear(input, weight, bias)', by);

const SCRIPTS: readonly FileAttack[] = [
  script('calls a function of Python', 'the operator', answering('return __import__("os").system(input)')),
  script(
    'loops for ever',
    'its length',
    answering('while True:\n      input = torch.relu(input)\n    return input'),
  ),
  script('calls itself', 'forward', answering('return (self).forward(input, )')),
  script('calls an operator of another library', 'the operator', answering('return ops.mine.run(input)')),
  script(
    'nests a million parentheses',
    'READ_LIMIT',
    answering(`return ${'('.repeat(1e6)}input${')'.repeat(1e6)}`),
  ),
];

const tensors = (attack: string, outcome: string, make: () => Uint8Array): FileAttack => ({
  ...{ format: 'safetensors', attack, outcome },
  make: (folder) => put(folder, 'model.safetensors', make()),
});

/** A header of so many bytes as it says, and `size` bytes of numbers. */
function safetensors(header: object | string, size: number, length?: bigint): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(length ?? BigInt(json.length));
  return Buffer.concat([head, json, Buffer.alloc(size)]);
}

const tensor = (shape: readonly number[], from: number, to: number): object => ({
  ...{ dtype: 'F32', shape, data_offsets: [from, to] },
});

const SAFETENSORS: readonly FileAttack[] = [
  tensors('has a header longer than the file', 'FORMAT_UNKNOWN', () => safetensors({}, 8, 2n ** 40n)),
  tensors('has a tensor that reaches out of the file', 'READ_CORRUPT', () =>
    safetensors({ w: tensor([4], 0, 16) }, 8),
  ),
  tensors('has tensors that overlap', 'READ_CORRUPT', () =>
    safetensors({ v: tensor([2], 0, 8), w: tensor([2], 4, 12) }, 12),
  ),
  tensors('says other sizes than its bytes', 'READ_CORRUPT', () =>
    safetensors({ w: tensor([2 ** 20, 2 ** 20], 0, 8) }, 8),
  ),
  tensors('nests a million lists in its header', 'READ_LIMIT', () =>
    safetensors(`{"w":${'['.repeat(1e6)}${']'.repeat(1e6)}}`, 8),
  ),
];

export const TORCH_ATTACKS: readonly FileAttack[] = [...PROGRAMS, ...SAVED, ...SCRIPTS, ...SAFETENSORS];
