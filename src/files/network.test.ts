import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GraphSession } from '../engine/onnx/session.ts';
import { TORCH_LAYERS } from '../formats/torch/module/compile.ts';
import { CONSTRUCTORS } from '../formats/torch/module/constructors.ts';
import { folderLayoutOf } from '../registry/folder-layout.ts';
import { readModelFile } from './read-model.ts';

/** A graph, and weights in other files, by tools/fixtures/torch_models.py; what torch answers with the weights. */
const FOLDER = join(import.meta.dirname, '../../fixtures/torch');
const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-network-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let count = 0;
/** A folder with files of a fixture. */
function folderOf(release: string, ...names: readonly string[]): string {
  const path = join(scratch, String(count++));
  mkdirSync(path);
  for (const name of names) copyFileSync(join(FOLDER, release, 'states', name), join(path, name));
  return path;
}

async function answersOf(path: string, release: string, member?: string): Promise<void> {
  const { content, blockers } = readModelFile(path, { member });
  expect(blockers).toEqual([]);
  if (content?.kind !== 'graph') expect.fail('it is no graph');
  const { rows, answers } = JSON.parse(
    readFileSync(join(FOLDER, release, 'states/answers.json'), 'utf8'),
  ) as Record<string, { shape: number[]; data: number[] }>;
  const session = await GraphSession.open(content.onnx);
  const [output] = content.signature.outputs.map(({ name }) => name);
  const data = Float32Array.from(rows?.data ?? []);
  const given = await session.run({ input: { dtype: 'float32', shape: [3, 4], data } }, [output ?? '']);
  await session.close();
  const close = path.endsWith('half') ? 2 : 6;
  expect(Array.from(given.get(output ?? '')?.data as Float32Array)).toEqual(
    (answers?.data ?? []).map((number) => expect.closeTo(number, close)),
  );
}

const notesOf = (path: string): string =>
  readModelFile(path)
    .notes.map(({ text }) => text)
    .join('\n');

const foundIn = (path: string, member?: string): string =>
  readModelFile(path, { member })
    .blockers.map(({ field, found }) => `${field} is ${found}`)
    .join();

describe('a folder with a graph and the weights of it', () => {
  it.each(['2.15.0', '2.6.0'])(
    'answers with these weights, whatever container has them: torch %s',
    async (release) => {
      for (const graph of ['model.pt2', 'architecture.json'])
        for (const weights of ['weights.pt', 'last.ckpt', 'parallel.pth'])
          await answersOf(folderOf(release, graph, weights), release);
    },
  );

  it('may have them in several files, which an index names', async () => {
    const shards = [1, 2].map((i) => `model-0000${i}-of-00002.safetensors`);
    const path = folderOf('2.15.0', 'model.pt2', 'model.safetensors.index.json', ...shards);
    await answersOf(path, '2.15.0');
    expect(readModelFile(path).sideFiles.map((file) => file.slice(path.length + 1))).toEqual([
      'model.safetensors.index.json',
      ...shards,
    ]);
  });

  it('is told of by the index alone, too', () => {
    const path = join(FOLDER, '2.15.0/states/model.safetensors.index.json');
    const { outline, blockers } = readModelFile(path);
    expect(outline?.children.map((child) => child.path)).toContain('1.running_var');
    expect(blockers).toMatchObject([{ field: 'the network' }]);
  });

  it('takes bfloat16 as floats', async () => {
    const path = join(scratch, 'half');
    mkdirSync(path);
    for (const name of ['model.pt2', 'half.safetensors'])
      copyFileSync(join(FOLDER, '2.15.0/states', name), join(path, name));
    await answersOf(path, '2.15.0');
    expect(notesOf(path)).toContain('bfloat16 as float32');
  });

  it('says which weights of a checkpoint they are, and what was done to their names', () => {
    const path = folderOf('2.15.0', 'model.pt2', 'last.ckpt');
    expect(notesOf(path)).toMatch(/The network of "model.pt2" with the weights of "last.ckpt" is served/);
    expect(notesOf(path)).toMatch(/weights under "state_dict"/);
    expect(notesOf(path)).toMatch(/begin with "model\."/);
  });

  it('is one model, without a look at the weights, and named by its members', async () => {
    const path = folderOf('2.15.0', 'model.pt2', 'weights.pt');
    expect(await folderLayoutOf(path)).toMatchObject({ isOne: true, members: ['model.pt2', 'weights.pt'] });
    expect(readModelFile(path).joined?.members).toEqual(['model.pt2', 'weights.pt']);
    await answersOf(
      folderOf('2.15.0', 'model.pt2', 'weights.pt', 'other.pt'),
      '2.15.0',
      'model.pt2,weights.pt',
    );
    await answersOf(folderOf('2.15.0', 'model.pt2', 'last.ckpt'), '2.15.0', 'model.pt2,last.ckpt.state_dict');
  });

  it('is refused where several could be meant, with the ways to say it', () => {
    expect(() => readModelFile(folderOf('2.15.0', 'model.pt2', 'weights.pt', 'other.pt'))).toThrow(
      expect.objectContaining({
        code: 'SAVED_INVALID',
        hint: expect.stringMatching(/--member model.pt2,other.pt or --member model.pt2,weights.pt/),
      }),
    );
  });

  it('tells what is missing, what nothing wants and what has other sizes, as load_state_dict does', () => {
    const found = foundIn(folderOf('2.15.0', 'model.pt2', 'other.pt'));
    expect(found).toMatch(/the state dict is not what the network wants: missing 0.bias, 1.weight/);
    expect(found).toMatch(/unexpected head.weight/);
    expect(found).toMatch(/0.weight is \[5,4\], and the network wants \[6,4\]/);
  });
});

/** A folder with weights and an architecture. */
function written(architecture: unknown): string {
  const path = folderOf('2.15.0', 'weights.pt');
  writeFileSync(join(path, 'architecture.json'), JSON.stringify(architecture));
  return path;
}

describe('layers that are written down', () => {
  it('are those that a module may have', () => {
    const others = [
      'Sequential',
      'NonDynamicallyQuantizableLinear',
      'TransformerEncoder',
      'TransformerEncoderLayer',
    ];
    expect([...CONSTRUCTORS.keys(), ...others].sort()).toEqual([...TORCH_LAYERS.keys()].sort());
  });

  it.each<[string, unknown, RegExp]>([
    ['a class that is none', [{ class: 'Linaer', args: [4, 6] }], /the class is Linaer/],
    [
      'an argument that it does not take',
      [{ class: 'Linear', args: [4, 6], biass: false }],
      /biass is an argument/,
    ],
    ['an argument that is missing', [{ class: 'Linear', in_features: 4 }], /out_features is missing/],
    ['sizes that are none', [{ class: 'Linear', args: [4.5, 6] }], /weight is the sizes \[6,4\.5\]/],
    ['a name twice', ['ReLU', { class: 'ReLU', name: '0' }], /name is "0" twice/],
    ['no layers', {}, /layers is missing/],
    [
      'layers in layers without end',
      { class: 'TransformerEncoder', num_layers: 1e9 },
      /num_layers is 1000000000/,
    ],
  ])('are refused with %s', (_, architecture, found) => {
    expect(foundIn(written(architecture))).toMatch(found);
  });
});

describe('hostile files of weights', () => {
  const indexed = (map: unknown): string => {
    const path = folderOf('2.15.0', 'model.pt2', 'half.safetensors');
    const index = { metadata: { total_size: 1 }, weight_map: map };
    writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify(index));
    return path;
  };
  const read = (path: string) => () =>
    readModelFile(path, { member: 'model.pt2,model.safetensors.index.json' });

  it.each([
    '../half.safetensors',
    '/etc/passwd',
    '..',
    'a/../half.safetensors',
    'none.safetensors',
    'x\u0000',
  ])('do not lead an index to %s', (file) => {
    expect(read(indexed({ '0.weight': file }))).toThrow(expect.objectContaining({ code: 'READ_CORRUPT' }));
  });

  it('do not lead an index through a link, or to itself', () => {
    const path = indexed({ '0.weight': 'link.safetensors' });
    symlinkSync('/etc/passwd', join(path, 'link.safetensors'));
    expect(read(path)).toThrow();
    expect(read(indexed({ '0.weight': 'model.safetensors.index.json' }))).toThrow(/READ_CORRUPT|no file/);
    expect(read(indexed({ 'not there': 'half.safetensors' }))).toThrow(/no tensor "not there"/);
  });

  const headered = (header: string, bytes = 8): string => {
    const path = join(scratch, `${count++}.safetensors`);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
    writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.alloc(bytes)]));
    return path;
  };
  const entry = (from: number, to: number): string =>
    `{"dtype":"F32","shape":[${(to - from) / 4}],"data_offsets":[${from},${to}]}`;

  it.each([
    ['that share bytes', `{"a":${entry(0, 8)},"b":${entry(4, 8)}}`],
    ['with a hole between them', `{"a":${entry(0, 4)},"b":${entry(8, 8)}}`],
    ['that leave bytes over', `{"a":${entry(0, 4)}}`],
    ['that are there twice', `{"a":${entry(0, 4)},"a":${entry(4, 8)}}`],
    ['beyond the file', `{"a":${entry(0, 800)}}`],
    [
      'of other sizes than their bytes',
      '{"a":{"dtype":"F32","shape":[9007199254740991,2],"data_offsets":[0,8]}}',
    ],
    ['of a size below 0', '{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}'],
    ['of a type that is none', '{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}'],
    ['in lists without end', `{"a":${'['.repeat(100_000)}`],
  ])('in safetensors are refused with tensors %s', (_, header) => {
    expect(() => readModelFile(headered(header))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^READ_/) }),
    );
  });

  it('in safetensors are refused with a header that is longer than the file', () => {
    const path = join(scratch, 'long.safetensors');
    writeFileSync(path, Buffer.from('ffffff0500000000' + '7b20202020', 'hex'));
    expect(() => readModelFile(path)).toThrow(expect.objectContaining({ code: 'READ_CORRUPT' }));
  });
});
