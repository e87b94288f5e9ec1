/** The published package in an empty folder, with npm's registry and nothing else: what is there, and what it does. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { startRegistry } from '../src/deploy/push/testing/registry.ts';
import { example, type Finished, folder, ROOT } from './cli.ts';

const home = folder();
const at = (name: string): string => join(home, name);
const [WITHOUT, WITH] = ['without', 'with'];
/** A graph that others made, which only onnxruntime runs, and a table. */
const GRAPH = join(ROOT, 'fixtures/onnx/frozen-copied.onnx');
const ROWS = [[5.1, 3.5, 1.4, 0.2]];
const TABLE = 'id,sepal_length,sepal_width,petal_length,petal_width\n1,5.1,3.5,1.4,0.2\n2,6.7,3,5.2,2.3\n';
const env = {
  ...process.env,
  NO_COLOR: '1',
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
};
/** As README.md has it. */
const INSTALL = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
const npm = (cwd: string, args: readonly string[]) => promisify(execFile)('npm', args, { cwd, env });

/** Each is waited for by those who need it: the larger one comes while the smaller one is tried out. */
let installed: Readonly<Record<string, Promise<unknown>>>;

beforeAll(async () => {
  execFileSync(process.execPath, [join(ROOT, 'tools/build.ts')]);
  await npm(ROOT, ['pack', '--ignore-scripts', '--pack-destination', home]);
  const archive = at(`plimsoll-${packageJson.version}.tgz`);
  for (const name of [WITHOUT, WITH]) {
    mkdirSync(at(name));
    writeFileSync(join(at(name), 'package.json'), '{}');
    writeFileSync(join(at(name), 'rows.json'), JSON.stringify(ROWS));
    writeFileSync(join(at(name), 'rows.csv'), TABLE);
    cpSync(GRAPH, join(at(name), 'graph.onnx'));
  }
  installed = {
    [WITHOUT]: npm(at(WITHOUT), [...INSTALL, '--omit=optional', archive]),
    [WITH]: npm(at(WITH), [...INSTALL, archive]),
  };
}, 120_000);

/** Three quarters of a gigabyte. */
afterAll(() => rmSync(home, { recursive: true }), 120_000);

const program = (name: string): string => join(at(name), 'node_modules/.bin/plimsoll');

/** The installed command, beside its rows. */
const plimsoll = (name: string, ...args: readonly string[]): Promise<Finished> =>
  new Promise((resolve) => {
    execFile(program(name), args, { cwd: at(name), env }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });

/** What a command that went well has said. */
async function said(name: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = await plimsoll(name, ...args, '--json');
  expect(status, `${args.join(' ')}: ${stdout}${stderr}`).toBe(0);
  return JSON.parse(stdout);
}

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
  readonly log: () => string;
}

async function serve(name: string, ...args: readonly string[]): Promise<Server> {
  const child = spawn(program(name), ['serve', '--json', '--port', '0', ...args], { cwd: at(name), env });
  let log = '';
  child.stderr.on('data', (text) => {
    log += text;
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: JSON.parse(String(line)).url, log: () => log };
}

async function stop({ child }: Server): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

describe.each([WITHOUT, WITH])('installed %s optional parts', { timeout: 90_000 }, (name) => {
  const hasParts = name === WITH;
  beforeAll(() => installed[name], 180_000);

  test('it brings itself, and nothing that cannot be bundled besides', () => {
    const found = readdirSync(join(at(name), 'node_modules')).filter((one) => !one.startsWith('.'));
    if (!hasParts) expect(found).toEqual(['plimsoll']);
    else expect(found).toEqual(expect.arrayContaining(['@duckdb', 'onnxruntime-node', 'plimsoll']));
    const own = readdirSync(join(at(name), 'node_modules/plimsoll'));
    expect(own.sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'package.json', 'python'].sort(),
    );
  });

  test('predict', async () => {
    const { outputs, model } = await said(name, 'predict', example('iris.joblib'), '--input', 'rows.json');
    expect(outputs.predict).toEqual(['setosa']);
    expect(model.runtime).toBe('native');
  });

  test('serve, what is pushed to it, and the pages that it has', async () => {
    const server = await serve(name, example('iris.joblib'), '--data', 'data');
    try {
      const pushed = await said(
        name,
        ...['push', example('churn.joblib'), '--name', 'churn', '--url', server.url],
      );
      expect(pushed).toMatchObject({ model: 'churn', version: 1 });
      const asked = { method: 'POST', body: JSON.stringify(ROWS) };
      const answer = await fetch(`${server.url}/models/iris/predict`, asked);
      expect(((await answer.json()) as { predictions: unknown }).predictions).toEqual(['setosa']);
      for (const path of ['/docs', '/assets/swagger-ui-bundle.js', '/assets/redoc.standalone.js', '/metrics'])
        expect((await fetch(`${server.url}${path}`)).status, path).toBe(200);
      if (!hasParts)
        await expect.poll(server.log, { timeout: 20_000 }).toContain('npm install --ignore-scripts @duckdb');
    } finally {
      await stop(server);
    }
    expect(server.log().match(/nothing is monitored/g) ?? []).toHaveLength(hasParts ? 0 : 1);
    expect(server.log()).not.toContain('Cannot find module');
  });

  test('package oci, into a registry', async () => {
    const registry = await startRegistry();
    const image = ['--output', 'image', '--push', `${registry.host}/team/iris:1`];
    const made = await said(name, 'package', 'oci', example('iris.joblib'), ...image);
    await registry.stop();
    expect(made.pushed.pinned).toBe(`${registry.host}/team/iris@${made.digest}`);
  });

  test('batch run', async () => {
    const job = [
      '--model',
      example('iris.joblib'),
      '--input',
      'rows.csv',
      '--output',
      'out.csv',
      '--key',
      'id',
    ];
    const { status, stdout } = await plimsoll(name, 'batch', 'run', ...job, '--json', '--data', 'jobs');
    if (hasParts) {
      expect(status).toBe(0);
      expect(readFileSync(join(at(name), 'out.csv'), 'utf8')).toMatch(/^1,.*setosa/m);
    } else {
      expect(status).toBe(4);
      expect(JSON.parse(stdout).error).toMatchObject({
        code: 'PART_MISSING',
        hint: expect.stringMatching(/`npm install --ignore-scripts @duckdb\/node-bindings@[\w.-]+`/),
      });
    }
  });

  test('a graph that only onnxruntime runs', async () => {
    const { engines } = await said(name, 'inspect', 'graph.onnx');
    expect(engines.onnx.runs).toBe(hasParts);
    const ran = await plimsoll(name, 'verify', 'graph.onnx', '--json');
    if (hasParts) expect(ran.status).toBe(0);
    else {
      expect(ran.status).toBe(4);
      expect(JSON.parse(ran.stdout).error.code).toBe('PART_MISSING');
    }
  });
});

test('the line that is given where a part is missing installs it', { timeout: 120_000 }, async () => {
  const { stdout } = await plimsoll(WITHOUT, 'verify', 'graph.onnx', '--json');
  const [, line] = /`npm (.*)`/.exec(JSON.parse(stdout).error.hint)!;
  await npm(at(WITHOUT), [...line!.split(' '), '--no-audit', '--no-fund']);
  expect((await plimsoll(WITHOUT, 'verify', 'graph.onnx', '--json')).status).toBe(0);
});
