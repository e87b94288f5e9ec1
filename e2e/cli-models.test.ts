import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { example, folder, plimsoll, runWith } from './cli.ts';

const EXAMPLES = ['iris', 'churn', 'reviews', 'house-prices'] as const;

interface Golden {
  readonly input: unknown;
  readonly expected: Readonly<Record<string, unknown[]>>;
}
const golden = (name: string): Golden =>
  JSON.parse(readFileSync(example(`golden/${name}.json`), 'utf8')) as Golden;

const written = (name: string, content: string | Uint8Array): string => {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
};
/** A pickle that would run `touch CANARY` if anybody called what it names. */
const gadget = (canary: string): string => written('evil.pkl', `cos\nsystem\n(S'touch ${canary}'\ntR.`);

describe('inspect', () => {
  test.each(EXAMPLES)('%s is described whole', (name) => {
    const { status, stdout, stderr } = plimsoll('inspect', example(`${name}.joblib`), '--json');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      framework: { name: 'scikit-learn' },
      blockers: [],
      engines: { native: { runs: true } },
    });
    expect(report.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a person reads a page', () => {
    const { status, stdout } = plimsoll('inspect', example('churn.joblib'));
    expect(status).toBe(0);
    expect(stdout.replaceAll(dirname(example('churn.joblib')), 'FOLDER')).toMatchSnapshot();
  });

  test('a file that would run a command is described or refused, and nothing runs', () => {
    const canary = join(folder(), 'canary');
    const { status, stdout } = plimsoll('inspect', gadget(canary));
    expect([0, 3]).toContain(status);
    if (status === 0) expect(stdout).toContain('dangerous: os.system');
    expect(existsSync(canary)).toBe(false);
  });

  test('a name that is a command to the terminal is shown, not obeyed', () => {
    const repaint = Buffer.from('\x80\x02cos\x1b[2J\x1b]0;title\x07\nsystem\n.', 'latin1');
    const { stdout, stderr } = plimsoll('inspect', written('repaint.pkl', repaint));
    expect(stdout + stderr).toContain('os\\u001b[2J');
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  test('a file cut short is refused with exit code 3 and the byte', () => {
    const bytes = readFileSync(example('iris.joblib'));
    const { status, stdout } = plimsoll('inspect', written('cut.joblib', bytes.subarray(0, 5000)), '--json');
    expect(status).toBe(3);
    expect(JSON.parse(stdout).error.code).toMatch(/^READ_/);
  });

  test('a file of no known format is not supported, exit code 4', () => {
    const { status, stderr } = plimsoll('inspect', written('notes.txt', 'these are words, not a model'));
    expect(stderr).toMatch(/^FORMAT_UNKNOWN: /);
    expect(status).toBe(4);
  });
});

describe('predict', () => {
  test.each(EXAMPLES)('%s answers as scikit-learn did', (name) => {
    const { input, expected } = golden(name);
    const rows = written('rows.json', JSON.stringify(input));
    const { status, stdout, stderr } = plimsoll(
      'predict',
      example(`${name}.joblib`),
      '--input',
      rows,
      '--json',
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { outputs, classes, model } = JSON.parse(stdout);
    expect(model).toMatchObject({ file: `${name}.joblib`, framework: { name: 'scikit-learn' } });
    expect(classes === null).toBe(name === 'house-prices');
    for (const [output, values] of Object.entries(expected)) expectClose(outputs[output], values);
  });

  test('CSV in, Parquet out, and Parquet in give the answers of JSON', () => {
    const model = example('iris.joblib');
    const csv = written(
      'rows.csv',
      'petal_width,sepal_length,sepal_width,petal_length\n0.2,5.1,3.5,1.4\n,7,3.2,4.7\n',
    );
    const scored = join(folder(), 'scored.parquet');
    const wrong = plimsoll('predict', model, '--input', csv, '--output', scored, '--json');
    expect(wrong.status === 0 || JSON.parse(wrong.stdout).error.code === 'INPUT_INVALID').toBe(true);
    const good = written(
      'rows.csv',
      'petal_width,sepal_length,sepal_width,petal_length\n0.2,5.1,3.5,1.4\n1.4,7,3.2,4.7\n',
    );
    const { status, stdout } = plimsoll('predict', model, '--input', good, '--output', scored, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ output: scored, model: { rows: 2 } });
    expect(statSync(scored).size).toBeGreaterThan(0);
    const table = plimsoll('predict', model, '--input', good);
    expect(table.stdout).toContain('predict_proba_setosa');
    expect(table.stdout).toMatch(/^0 +setosa/m);
  });

  test('a bad cell is named by line and column', () => {
    const rows = written('rows.csv', 'sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,n/a,0.2\n');
    const { status, stderr } = plimsoll('predict', example('iris.joblib'), '--input', rows);
    expect(stderr).toMatch(
      /^INPUT_INVALID: .*rows\.csv line 2, column "petal_length": expected a number, got "n\/a"/,
    );
    expect(status).toBe(1);
  });

  test('a small file answers within a second', () => {
    const rows = written('rows.json', JSON.stringify(golden('iris').input));
    // Other tests run beside this one: the best says what a command takes.
    const best = (command: () => { readonly status: number | null }): number => {
      const took = [1, 2, 3].map(() => {
        const started = performance.now();
        expect(command().status).toBe(0);
        return performance.now() - started;
      });
      return Math.min(...took);
    };
    const predict = best(() => plimsoll('predict', example('iris.joblib'), '--input', rows, '--json'));
    // Where a Node that does nothing takes more than 50 ms the machine is busy, or slow.
    const nothing = best(() => runWith(process.execPath, ['--eval', '']));
    expect(predict).toBeLessThan(Math.max(1000, 20 * nothing));
  });

  test('Python is refused without a word of trust, with the reason and the two ways on', () => {
    const rows = written('rows.json', '[]');
    const model = example('iris.joblib');
    const { status, stderr } = plimsoll('predict', model, '--input', rows, '--runtime', 'python');
    expect(stderr).toMatch(/^PYTHON_UNTRUSTED: .*nobody said that it may/);
    expect(stderr).toMatch(/--runtime python --trust; else make it one that is compiled: `plimsoll doctor/);
    expect(status).toBe(3);
  });
});

describe('verify', () => {
  test.each(EXAMPLES)('%s answers its golden rows and both engines agree', (name) => {
    const model = example(`${name}.joblib`);
    const replayed = plimsoll('verify', model, '--golden', example(`golden/${name}.json`), '--json');
    expect(replayed.stderr).toBe('');
    expect(JSON.parse(replayed.stdout)).toMatchObject({ verified: true, proof: 'golden' });
    const compared = plimsoll('verify', model, '--json');
    expect(JSON.parse(compared.stdout)).toMatchObject({ verified: true, proof: 'engines-agree' });
    expect([replayed.status, compared.status]).toEqual([0, 0]);
  });

  test('a wrong golden answer ends with exit code 1 and the worst cell', () => {
    const { input, expected } = golden('house-prices');
    const predict = expected['predict']!.map((value, i) => (i === 1 ? Number(value) * 1.5 : value));
    const file = written('golden.json', JSON.stringify({ input, expected: { predict } }));
    const { status, stderr } = plimsoll('verify', example('house-prices.joblib'), '--golden', file);
    expect(stderr).toMatch(/^GOLDEN_DIFFERS: .*predict row 1/);
    expect(status).toBe(1);
  });
});

describe('compile', () => {
  test('writes an ONNX graph and the exactness of each step', () => {
    const out = join(folder(), 'model.onnx');
    const certificate = join(folder(), 'certificate.json');
    const { status, stdout } = plimsoll(
      'compile',
      example('iris.joblib'),
      '-o',
      out,
      '--certificate',
      certificate,
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/RandomForestClassifier +bit-exact/);
    expect(statSync(out).size).toBeGreaterThan(1000);
    const { steps, compared } = JSON.parse(readFileSync(certificate, 'utf8'));
    expect(steps[0]).toHaveProperty('exactness', 'bit-exact');
    expect(compared).toMatchObject({ proof: 'engines-agree', differingBits: 0 });
    expect(compared.rows).toBeGreaterThan(1000);
    const rows = written('rows.json', JSON.stringify(golden('iris').input));
    const asOnnx = plimsoll(
      'predict',
      example('iris.joblib'),
      '--input',
      rows,
      '--json',
      '--runtime',
      'onnx',
    );
    const asNative = plimsoll(
      'predict',
      example('iris.joblib'),
      '--input',
      rows,
      '--json',
      '--runtime',
      'native',
    );
    expect(JSON.parse(asOnnx.stdout).outputs).toEqual(JSON.parse(asNative.stdout).outputs);
  });
});

function expectClose(found: unknown, wanted: unknown): void {
  if (Array.isArray(wanted)) wanted.forEach((value, i) => expectClose((found as unknown[])[i], value));
  else if (typeof wanted === 'number')
    expect(Math.abs((found as number) - wanted)).toBeLessThanOrEqual(1e-9 * Math.abs(wanted) + 1e-12);
  else expect(found).toEqual(wanted);
}
