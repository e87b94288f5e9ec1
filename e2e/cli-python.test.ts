import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BIN, example, folder, plimsoll, runWith, type Served, served } from './cli.ts';

/** What people say about Python on the command line, and what they are told. */

const here = folder();
const data = join(here, 'data');
const written = (name: string, content: string | Uint8Array): string => {
  const path = join(here, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};

/** An object of a class of the user's own, as protocol 0 writes it: no library is needed to load it. */
const rules = written('rules.pkl', 'cshop_rules\nDiscount\n(tR.');
const code = written(
  'src/shop_rules.py',
  'import sys\n\nclass Discount:\n    def predict(self, rows):\n        print("asked", len(rows), file=sys.stderr, flush=True)\n        return [float(row[0]) * 0.5 for row in rows]\n',
);
const golden = written(
  'golden.json',
  JSON.stringify({
    input: [
      [10, 1],
      [4, 2],
    ],
    expected: { predict: [5, 2] },
  }),
);
const requirements = written('requirements.txt', '');
const rows = written('rows.json', '[[8, 1], [2, 1], [1, 1]]');
const trusted = ['--runtime', 'python', '--trust', '--code', code, '--requirements', requirements];

/** Runs a command that is refused; its exit code, and what it says. */
function refusal(...args: readonly string[]): { status: number | null; code: string; said: string } {
  const { status, stdout } = plimsoll(...args, '--data', data, '--json');
  const { error } = JSON.parse(stdout);
  return { status, code: error.code, said: `${error.message}\n${error.hint}` };
}

describe('without a word of trust', () => {
  const traces = join(here, 'started');
  /** Programs that leave a trace when they are started. */
  function decoys(): string {
    const bin = join(here, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const name of ['uv', 'python', 'python3', 'python3.11', 'python3.13', 'pip']) {
      writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} >> ${traces}\nexit 1\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return bin;
  }

  test('no command starts an interpreter, or looks for one', { timeout: 60_000 }, () => {
    const env = {
      ...process.env,
      PATH: decoys(),
      PLIMSOLL_PYTHON: join(here, 'bin/python3'),
      PLIMSOLL_UV: join(here, 'bin/uv'),
    };
    const script = written('decoy/inference.py', 'def model_fn(folder):\n    return None\n');
    for (const [command, ...args] of [
      ['predict', rules, '--input', rows, '--runtime', 'python'],
      ['predict', rules, '--input', rows],
      ['predict', example('iris.joblib'), '--input', rows, '--script', script],
      ['verify', rules, '--runtime', 'python'],
      ['compile', rules, '-o', join(here, 'out.onnx'), '--runtime', 'python', '--trust'],
      ['push', rules, '--name', 'rules', '--runtime', 'python'],
      ['push', join(here, 'decoy'), '--name', 'decoy'],
      ['serve', rules, '--runtime', 'python'],
      ['inspect', rules, '--code', code],
      ['inspect', join(here, 'decoy')],
      ['doctor', rules],
      ['doctor', join(here, 'decoy'), '--runtime', 'python', '--trust'],
    ]) {
      const { status, stderr } = runWith(process.execPath, [BIN, command!, ...args, '--data', data], env);
      const isReport = command === 'inspect' || command === 'doctor';
      expect([command, ...args, status === 0], stderr).toEqual([command, ...args, isReport]);
    }
    expect(existsSync(traces)).toBe(false);
  });

  test('Python that is asked for is refused with the reason and the two ways on', () => {
    const { status, code, said } = refusal('predict', rules, '--input', rows, '--runtime', 'python');
    expect([status, code]).toEqual([3, 'PYTHON_UNTRUSTED']);
    expect(said).toMatch(/loading it runs whatever its file says, and nobody said that it may/);
    expect(said).toMatch(
      /--runtime python --trust; else make it one that is compiled: `plimsoll doctor FILE`/,
    );
  });

  test('what cannot be compiled is not supported, and the hint names both ways', () => {
    const { status, code, said } = refusal('predict', rules, '--input', rows);
    expect([status, code]).toEqual([4, 'MODEL_UNSUPPORTED']);
    expect(said).toMatch(
      /`plimsoll doctor FILE` lists what stands in the way; or, .*: --runtime python --trust/,
    );
  });

  test('what names dangerous code stays refused, unless Python is demanded, too', () => {
    const gadget = written('gadget.pkl', "cos\nsystem\n(S'true'\ntR.");
    expect(refusal('predict', gadget, '--input', rows, '--trust')).toMatchObject({
      status: 3,
      code: 'READ_UNSAFE',
    });
  });
});

test('misspelt options are told before anything is read', () => {
  const none = join(here, 'none.py');
  for (const [reason, ...args] of [
    ['--code is "', '--trust', '--code', none],
    ['expected a .py file or a folder', '--trust', '--code', rows],
    ['two modules of the same name', '--trust', '--code', code, '--code', code],
    ['--requirements is "', '--trust', '--requirements', none],
    ['--script is "', '--trust', '--script', none],
    ['expected a version such as 3.11', '--trust', '--python', 'python3'],
    ['expected one of network, build, lambda', '--trust', '--allow', 'disk'],
    ['--code is for Python, which runs nothing without --trust', '--code', code],
    ['--runtime native runs none', '--trust', '--runtime', 'native', '--code', code],
  ]) {
    for (const command of [
      ['predict', rules, '--input', rows],
      ['push', rules, '--name', 'r'],
      ['serve', rules],
    ]) {
      const { status, code, said } = refusal(...command, ...args);
      expect([args, status, code]).toEqual([args, 2, 'USAGE']);
      expect(said).toContain(reason);
    }
  }
  const two = refusal('serve', rules, example('iris.joblib'), '--trust');
  expect([two.status, two.said]).toEqual([2, expect.stringContaining('one by one')]);
  const compiled = refusal('compile', rules, '-o', join(here, 'o.onnx'), '--runtime', 'python', '--trust');
  expect([compiled.status, compiled.code]).toEqual([4, 'COMPILE_UNSUPPORTED']);
});

describe('before anything runs', () => {
  test('inspect says what Python would import and run, of a file', () => {
    const { stdout, status } = plimsoll('inspect', rules);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /Python would import\n {2}shop_rules +not brought along: --code \S*src\/shop_rules\.py +shop_rules\.Discount/,
    );
    expect(stdout).toMatch(
      /Python would run\n {2}shop_rules\.Discount, called while the file is loaded, at byte 0/,
    );
    const { python } = JSON.parse(plimsoll('inspect', rules, '--code', code, '--json').stdout);
    expect(python.imports).toMatchObject([{ module: 'shop_rules', from: 'own code' }]);
  });

  test('inspect reads a folder with a script as data', () => {
    written('folder/code/inference.py', 'raise SystemExit("executed")\n');
    written('folder/code/requirements.txt', 'numpy==1.26.4\npandas>=2\n');
    written('folder/model.pkl', 'cshop_rules\nDiscount\n(tR.');
    const { status, stdout } = plimsoll('inspect', join(here, 'folder'));
    expect(status, stdout).toBe(0);
    expect(stdout).toMatch(/inference\.py, the script, for each request/);
    expect(stdout).toMatch(/1 package pinned\n {2}pandas: a range/);
  });

  test('doctor names the runtime, what stands in the way, and the command that works', () => {
    const of = (...args: readonly string[]) => JSON.parse(plimsoll('doctor', ...args, '--json').stdout);
    expect(of(example('iris.joblib'))).toMatchObject({ runtime: 'native', obstacles: [], pythonNeeds: [] });
    const found = of(rules);
    expect(found).toMatchObject({ runtime: null, kind: 'file' });
    expect(found.obstacles[0].way).toMatch(
      /let Python run it: --code \S*src\/shop_rules\.py --runtime python --trust/,
    );
    expect(found.next).toMatch(
      /^plimsoll serve \S*rules\.pkl --runtime python --trust --code \S*shop_rules\.py$/,
    );
    expect(found.pythonNeeds.join()).toContain('--golden FILE');
    expect(of(rules, '--trust')).toMatchObject({ runtime: 'python' });
    const torch = written('net.pt', `PK\x03\x04${'\0'.repeat(26)}net/data.pkl`);
    expect(of(torch)).toMatchObject({ kind: 'unknown', looksLike: expect.stringContaining('PyTorch') });
    expect(of(torch).pythonNeeds.join()).toContain('the package torch');
    const page = plimsoll('doctor', written('saved/config.json', '{}').replace('/config.json', '')).stdout;
    expect(page).toMatch(/It looks like a model of Transformers/);
    expect(page).toMatch(/Next: write \S*inference\.py and requirements\.txt, then plimsoll serve/);
  });
});

describe('with a word of trust', { timeout: 180_000 }, () => {
  test('a file is scored with its own module, and who trusted it is written down first', () => {
    const args = [
      'predict',
      rules,
      '--input',
      rows,
      '--golden',
      golden,
      ...trusted,
      '--data',
      data,
      '--json',
    ];
    const { status, stdout, stderr } = plimsoll(...args);
    expect(status, stdout + stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      outputs: { predict: [4, 1, 0.5] },
      model: { file: 'rules.pkl' },
    });
    const lines = readFileSync(join(data, 'trust.jsonl'), 'utf8').trim().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      ...{ file: 'rules.pkl', command: 'predict', allow: [] },
      by: expect.stringMatching(/^\S+@\S+$/),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('verify replays golden rows in the clean room, and says which cell differs', () => {
    const args = ['verify', rules, ...trusted, '--data', data, '--json'];
    expect(JSON.parse(plimsoll(...args, '--golden', golden).stdout)).toMatchObject({
      verified: true,
      proof: 'golden',
    });
    const wrong = written('wrong.json', JSON.stringify({ input: [[10, 1]], expected: { predict: [6] } }));
    const { status, stdout } = plimsoll(...args, '--golden', wrong);
    expect([status, JSON.parse(stdout).error.code]).toEqual([1, 'GOLDEN_DIFFERS']);
  });

  test('a pushed version says by whom it is trusted, wherever it is shown, and its log is read', async () => {
    const args = [
      'push',
      rules,
      '--name',
      'rules',
      '--golden',
      golden,
      '--by',
      'ana',
      ...trusted,
      '--data',
      data,
    ];
    const pushed = plimsoll(...args);
    expect(pushed.status, pushed.stdout + pushed.stderr).toBe(0);
    const { stdout } = plimsoll('models', '--data', data);
    expect(stdout).toMatch(/rules@1 runs with Python 3\.\d+, trusted by ana at \d{4}-/);
    const { items } = JSON.parse(plimsoll('models', '--data', data, '--json').stdout);
    expect(items[0].latest).toMatchObject({
      runtime: 'python',
      proof: 'golden',
      python: { trustedBy: 'ana' },
    });
    const server: Served = await served(['--data', data, '--workers', '1']);
    try {
      expect(plimsoll('status', 'rules', '--data', data).stdout).toMatch(/trusted by ana/);
      const answer = await fetch(`${server.said.url}/models/rules/predict`, {
        method: 'POST',
        body: '{"rows":[[6,1]]}',
      });
      expect(await answer.json()).toMatchObject({ predictions: [3] });
    } finally {
      await server.stop();
    }
    expect(plimsoll('logs', 'rules@1', '--lines', '1', '--data', data).stdout).toMatch(
      /^\S+Z \d+ stderr asked \d+\n$/,
    );
  });
});
