import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findInterpreters, minorOf } from '../../src/python/interpreters.ts';
import { preparePython } from '../../tools/python-environment.ts';
import { plimsoll, type Served, served } from '../cli.ts';
import './shared-environments.ts';

/**
 * Networks that are not compiled, with torch, Keras on each of its backends, and TensorFlow really installed: the command that
 * `doctor` prints serves them, and they answer what the framework answered where they were made.
 */

const LOCK = join(import.meta.dirname, 'networks/requirements.txt');
const PYTHON = (await findInterpreters()).find(({ version }) => minorOf(version) === '3.12');
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-networks-'));

beforeAll(() => {
  if (PYTHON === undefined) return;
  const python = preparePython('python-networks', LOCK, 'torch, tensorflow, keras, jax', PYTHON.path);
  for (const framework of ['torch', 'keras', 'tensorflow']) {
    const script = join(import.meta.dirname, 'networks/make.py');
    const { status, stderr } = spawnSync(python, [script, folder, framework], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`making networks of ${framework} failed:\n${stderr}`);
  }
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface NetworkCase {
  readonly instances: readonly unknown[];
  readonly expected: Readonly<Record<string, readonly unknown[]>>;
}

const caseOf = (name: string): NetworkCase =>
  JSON.parse(readFileSync(join(folder, name, 'case.json'), 'utf8')) as NetworkCase;

const fileOf = (name: string): string => {
  const file = readdirSync(join(folder, name)).find((each) => /^net(?:\.|$)/.test(each));
  return join(folder, name, file ?? 'net');
};

/** The words of the last line of `doctor`, which a person would paste. */
function commandFor(path: string): readonly string[] {
  const { stdout } = plimsoll('doctor', path, '--requirements', LOCK);
  const [, command] = /^Next: plimsoll serve (.*)$/m.exec(stdout) ?? [];
  expect(command, stdout).toBeDefined();
  return (command ?? '').split(' ');
}

async function answersOf(server: Served, name: string): Promise<Readonly<Record<string, unknown>>> {
  const sent = await fetch(`${server.said.url}/v1/models/${server.said.models[0]?.name}:predict`, {
    method: 'POST',
    body: JSON.stringify({ instances: caseOf(name).instances }),
  });
  const body = (await sent.json()) as { predictions: readonly unknown[] };
  expect(sent.status, JSON.stringify(body)).toBe(200);
  const { expected } = caseOf(name);
  const [first = ''] = Object.keys(expected);
  if (Object.keys(expected).length === 1) return { [first]: body.predictions };
  const rows = body.predictions as readonly Readonly<Record<string, unknown>>[];
  return Object.fromEntries(Object.keys(rows[0] ?? {}).map((key) => [key, rows.map((row) => row[key])]));
}

/** Numbers within what float32 gives, all else to the letter. */
function expectAlike(found: unknown, expected: unknown): void {
  if (Array.isArray(expected)) {
    expect(found).toHaveLength(expected.length);
    for (const [i, each] of expected.entries()) expectAlike((found as readonly unknown[])[i], each);
  } else if (typeof expected === 'number') {
    expect(Math.abs(Number(found) - expected)).toBeLessThanOrEqual(1e-6 + 1e-5 * Math.abs(expected));
  } else expect(found).toEqual(expected);
}

function expectAnswers(found: Readonly<Record<string, unknown>>, name: string): void {
  const { expected } = caseOf(name);
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [output, values] of Object.entries(expected)) expectAlike(found[output], values);
}

const NAMES = [
  ...['module', 'weights', 'checkpoint', 'safetensors', 'script', 'operator'],
  ...['lambda', 'lambda-hdf5', 'layer', 'signature'],
];

describe.skipIf(PYTHON === undefined)('with the frameworks of Python 3.12', () => {
  test.each(NAMES)('%s: the command that doctor prints serves it', { timeout: 600_000 }, async (name) => {
    const path = fileOf(name);
    const server = await served(commandFor(path));
    try {
      expectAnswers(await answersOf(server, name), name);
    } finally {
      await server.stop();
    }
  });

  test.each(['tensorflow', 'jax', 'torch', 'openvino', 'numpy'])(
    'Keras on %s answers what Keras on TensorFlow answered',
    { timeout: 600_000 },
    async (backend) => {
      process.env['KERAS_BACKEND'] = backend;
      try {
        const data = mkdtempSync(join(folder, 'data-'));
        const server = await served([...commandFor(fileOf('layer')), '--data', data]);
        try {
          expectAnswers(await answersOf(server, 'layer'), 'layer');
        } finally {
          await server.stop();
        }
        const { stdout } = plimsoll('logs', `${basename(fileOf('layer'), '.keras')}@1`, '--data', data);
        expect(stdout).toContain(`Keras runs on ${backend}: KERAS_BACKEND says so`);
      } finally {
        delete process.env['KERAS_BACKEND'];
      }
    },
  );

  test('a Lambda runs only where a person allows it', { timeout: 600_000 }, () => {
    const args = [
      '--runtime',
      'python',
      '--trust',
      '--requirements',
      LOCK,
      '--name',
      'net',
      '--data',
      folder,
    ];
    const { status, stdout, stderr } = plimsoll('push', fileOf('lambda'), ...args);
    expect(status).not.toBe(0);
    expect(stdout + stderr).toContain('--allow lambda');
  });
});
