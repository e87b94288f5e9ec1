import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assemblePythonVersion, stageFiles } from './assemble.ts';
import { bareSource } from './model-source.ts';
import { routeOf } from './runtime-route.ts';
import { isWhole } from './script.ts';
import { isModelFolder, readSource } from './source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-source-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const refused = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

const FILES = {
  'model.joblib': 'bytes',
  'golden.json': '{}',
  'requirements.txt': 'numpy==2.0.0\n',
  'code/ratio.py': 'x = 1\n',
};
const listed = Object.entries(FILES).map(([path, text]) => ({
  path,
  sha256: sha(text),
  size: text.length,
}));
const saved = (change: object = {}): object => ({
  kind: 'plimsoll-model',
  schema: 1,
  created: '2026-01-01T00:00:00Z',
  plimsoll: '1.0.0',
  python: '3.11.7',
  framework: { name: 'scikit-learn', version: '1.6.1' },
  model: { path: 'model.joblib', format: 'joblib', class: 'Pipeline' },
  call: { container: 'frame' },
  signature: {
    form: 'table',
    columns: [{ name: 'a', named: true, type: 'number', nullable: true }],
    outputs: [],
    classes: null,
  },
  golden: 'golden.json',
  reference: null,
  requirements: 'requirements.txt',
  code: ['code/ratio.py'],
  files: listed,
  ...change,
});
function save(change: object = {}): void {
  for (const [path, text] of Object.entries(FILES)) write(path, text);
  write('plimsoll.json', JSON.stringify(saved(change)));
}

test('a folder of versions is its newest one, as TensorFlow Serving takes it', async () => {
  write('9/saved_model.pb', '');
  write('10/saved_model.pb', '');
  expect(await readSource(folder)).toMatchObject({
    kind: 'saved-model',
    path: folder,
    data: join(folder, '10/saved_model.pb'),
    model: join(folder, '10'),
    origin: 'version 10, the newest of 9, 10',
  });
});

describe('a folder that plimsoll.save wrote', () => {
  test('brings its model, modules, packages, rows and signature', async () => {
    save();
    const source = await readSource(folder);
    expect(source).toMatchObject({
      kind: 'saved',
      data: join(folder, 'model.joblib'),
      format: 'joblib',
      code: [join(folder, 'code/ratio.py')],
      golden: join(folder, 'golden.json'),
      requirements: { text: 'numpy==2.0.0\n' },
      python: '3.11.7',
      signature: { form: 'table', columns: [{ name: 'a' }] },
    });
    expect(isModelFolder(folder)).toBe(true);
  });

  test.each([
    ['a file of other bytes', () => write('model.joblib', 'bytez'), /"model.joblib" is not what was saved/],
    ['a file cut short', () => write('model.joblib', 'byte'), /has 4 bytes, 5 were saved/],
    ['a file too many', () => write('code/extra.py', ''), /"code\/extra.py" was not saved with it/],
    ['a file that is gone', () => rmSync(join(folder, 'golden.json')), /lacks "golden.json"/],
    ['a link', () => symlinkSync('/etc/passwd', join(folder, 'link')), /"link" is a link/],
    ['a newer schema', () => save({ schema: 2 }), /schema 2, this release reads up to 1/],
    ['a path that leads out', () => save({ golden: '../golden.json' }), /"golden".*inside the folder/],
    ['an absolute path', () => save({ requirements: '/etc/passwd' }), /"requirements".*inside the folder/],
    [
      'a list that leaves out its model',
      () => {
        save({ files: listed.slice(1) });
        rmSync(join(folder, 'model.joblib'));
      },
      /"model.joblib" is named and not listed/,
    ],
    ['a manifest that is no JSON', () => write('plimsoll.json', '{'), /is no JSON/],
  ])('is refused with %s', async (_, spoil, message) => {
    save();
    spoil();
    await expect(readSource(folder)).rejects.toEqual(refused('SAVED_INVALID', message));
  });
});

describe('an MLflow folder', () => {
  const MLMODEL = `
flavors:
  python_function:
    code: code
    env:
      conda: conda.yaml
    loader_module: mlflow.sklearn
    python_version: 3.11.7
  sklearn:
    pickled_model: model.pkl
signature:
  inputs: '[{"type": "double", "name": "a"}, {"type": "string", "name": "b", "required": false}]'
`;

  test('brings its pickle, its packages, its modules and its signature', async () => {
    write('MLmodel', MLMODEL);
    write('model.pkl', 'x');
    write('conda.yaml', 'dependencies:\n- python=3.11.7\n- pip:\n  - scikit-learn==1.6.1\n');
    expect(await readSource(folder)).toMatchObject({
      kind: 'mlflow',
      data: join(folder, 'model.pkl'),
      model: folder,
      modelCode: ['code'],
      python: '3.11.7',
      requirements: { text: 'scikit-learn==1.6.1\n' },
      signature: {
        columns: [
          { name: 'a', type: 'number' },
          { name: 'b', type: 'string', nullable: true },
        ],
      },
    });
  });

  test('whose paths lead out of it, or whose YAML unfolds, is refused', async () => {
    write('MLmodel', MLMODEL.replace('model.pkl', '../model.pkl'));
    await expect(readSource(folder)).rejects.toEqual(refused('SAVED_INVALID', /pickled_model.*inside/));
    const bomb = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    write('MLmodel', `a0: &a0 [1]\n${bomb.join('\n')}\n`);
    await expect(readSource(folder)).rejects.toEqual(refused('SAVED_INVALID', /no plain YAML/));
  });
});

test('a folder in SageMaker’s layout is its model and script; a folder of anything else is none', async () => {
  await expect(readSource(folder)).rejects.toEqual(refused('FILE_UNREADABLE', /without plimsoll.json/));
  write('code/inference.py', 'def model_fn(model_dir): ...\n');
  write('code/helper.py', '');
  write('code/requirements.txt', 'numpy==2.0.0\n');
  write('model.pkl', 'x');
  expect(await readSource(folder)).toMatchObject({
    script: join(folder, 'code/inference.py'),
    code: [join(folder, 'code/helper.py')],
    data: join(folder, 'model.pkl'),
    requirements: { text: 'numpy==2.0.0\n' },
  });
  write('other.pkl', 'y');
  await expect(readSource(folder)).rejects.toEqual(refused('SAVED_INVALID', /model.pkl, other.pkl/));
});

const TRUSTED = {
  trust: true,
  code: [] as string[],
  requirements: null,
  python: null,
  script: null,
  allow: [],
};

test('nothing takes the way of Python without a person’s word', () => {
  const file = bareSource('/x/model.pkl');
  expect(routeOf(file, { runtime: null, python: null })).toBe('data');
  expect(routeOf(file, { runtime: 'native', python: TRUSTED })).toBe('data');
  expect(routeOf(file, { runtime: null, python: TRUSTED })).toBe('either');
  expect(routeOf(file, { runtime: 'python', python: TRUSTED })).toBe('python');
  const untrusted = { ...TRUSTED, trust: false };
  const way = (source: typeof file, runtime: 'python' | null) => () =>
    routeOf(source, { runtime, python: untrusted });
  const error = refused('PYTHON_UNTRUSTED', /nobody said that it may/);
  expect(way(file, 'python')).toThrow(error);
  expect(way({ ...file, data: null }, null)).toThrow(error);
  expect(way({ ...file, script: '/x/inference.py' }, null)).toThrow(error);
});

test('a script that predicts is the model; one that does not goes around it', () => {
  expect(isWhole('def input_fn(body, kind): ...\ndef predict_fn(data, model): ...')).toBe(true);
  expect(isWhole('class Model:\n    def predict(self, rows): ...')).toBe(true);
  expect(isWhole('def preprocess(rows):\n    return rows  # before predict_fn')).toBe(false);
});

describe('what a version is made of', () => {
  const demands = (change: object = {}) => ({ ...TRUSTED, ...change });

  test('has one name, whatever path it is given by, and another once anything of it changes', async () => {
    write('model.pkl', 'x');
    write('a/ratio.py', '1');
    write('b/ratio.py', '1');
    write('pins.txt', 'numpy==2.0.0\n');
    const source = bareSource(join(folder, 'model.pkl'));
    const named = async (change: object): Promise<string> =>
      (await assemblePythonVersion(source, demands(change), 'python')).digest;
    const first = await named({ code: [join(folder, 'a/ratio.py')] });
    expect(await named({ code: [join(folder, 'b/ratio.py')] })).toBe(first);
    const others = [
      await named({}),
      await named({ code: [join(folder, 'a/ratio.py')], python: '3.11' }),
      await named({ code: [join(folder, 'a/ratio.py')], allow: ['network'] }),
      await named({ code: [join(folder, 'a/ratio.py')], requirements: join(folder, 'pins.txt') }),
      await named({ script: join(folder, 'a/ratio.py') }),
    ];
    write('a/ratio.py', '2');
    others.push(await named({ code: [join(folder, 'a/ratio.py')] }));
    expect(new Set([first, ...others]).size).toBe(others.length + 1);
  });

  test('refuses code that cannot be imported by its name, or is there twice', async () => {
    write('model.pkl', 'x');
    write('a/ratio.py', '1');
    write('b/ratio.py', '1');
    write('not-a-name.py', '1');
    const source = bareSource(join(folder, 'model.pkl'));
    const assembled = (...code: string[]) =>
      assemblePythonVersion(source, demands({ code: code.map((path) => join(folder, path)) }), 'python');
    await expect(assembled('a/ratio.py', 'b/ratio.py')).rejects.toEqual(refused('CODE_INVALID', /same name/));
    await expect(assembled('not-a-name.py')).rejects.toEqual(refused('CODE_INVALID', /no module/));
    await expect(assembled('missing.py')).rejects.toEqual(refused('CODE_INVALID', /no such file/));
  });

  test('is copied as it was hashed, and not otherwise', async () => {
    write('model.pkl', 'x');
    const assembly = await assemblePythonVersion(bareSource(join(folder, 'model.pkl')), demands(), 'python');
    stageFiles(assembly, join(folder, 'staged'));
    write('model.pkl', 'y');
    expect(() => stageFiles(assembly, join(folder, 'again'))).toThrow(refused('FILE_CHANGED', /model.pkl/));
  });
});
