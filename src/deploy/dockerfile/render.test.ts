import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { PythonFacts } from './python.ts';
import { type ContextFacts, dockerfile, dockerignore, readme } from './render.ts';

const FACTS: ContextFacts = {
  ...{
    name: 'churn',
    version: 3,
    tag: 'churn:3',
    digest: 'b'.repeat(64),
    user: 65_532,
    platform: 'linux/amd64',
    program: '0.1.0',
  },
  parts: [
    { part: 'base', digest: 'sha256:1', holds: 'Node 24' },
    { part: 'onnxruntime', digest: 'sha256:2', holds: 'onnxruntime 1' },
  ],
  labels: { 'plimsoll.model.name': 'churn', 'plimsoll.model.version': '3' },
  python: null,
};
const PYTHON: PythonFacts = {
  ...{ python: '3.12', environment: 'e'.repeat(64), lock: 'original/requirements.lock', packages: 4 },
  allowBuild: false,
};
const withPython = (change: Partial<PythonFacts> = {}): string =>
  dockerfile({ ...FACTS, python: { ...PYTHON, ...change } });
const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** sha256 of Dockerfile, README.md and .dockerignore, as they were before there were contexts with Python. */
const DIGESTS = ['3ebc39ba5fccff07', '4f6070f1fe3e4342', 'a8311115bcdab73e'];

test('a version without Python has the context that it always had, to the byte', () => {
  expect([dockerfile(FACTS), readme(FACTS), dockerignore(FACTS)].map(digestOf)).toEqual(DIGESTS);
  expect(dockerfile(FACTS)).not.toMatch(/python|^RUN|^ARG/im);
});

test('every stage with Python is of the one image that the owner may name, and the lock is held to its hashes', () => {
  const text = withPython();
  expect(text.match(/^FROM .*$/gm)?.map((line) => line.replace(/[{}]/g, ''))).toEqual([
    'FROM scratch AS pinned-base',
    'FROM --platform=linux/amd64 $PYTHON_IMAGE AS environment',
    'FROM scratch AS version',
    'FROM --platform=linux/amd64 $PYTHON_IMAGE',
  ]);
  expect(text).toContain('ARG PYTHON_IMAGE=python:3.12-slim-bookworm\n');
  expect(text).toContain('RUN python3.12 -m pip install --require-hashes --no-deps --only-binary=:all: ');
  expect(dockerignore({ ...FACTS, python: PYTHON })).toContain('!python\n!environment.json\n');
});

test('an environment is complete by what is copied last', () => {
  const [, stage] = withPython().split('AS environment\n');
  const [lines] = stage!.split('\n\n');
  expect(lines!.split('\n').at(-1)).toBe(
    `COPY environment.json /opt/plimsoll/environments/${PYTHON.environment}/environment.json`,
  );
});

test('packages are built only where the person who pushed it allowed that; where there are none, none is installed', () => {
  expect(withPython({ allowBuild: true })).not.toContain('--only-binary');
  const none = withPython({ packages: 0 });
  expect(none).not.toContain('pip install');
  expect(none).toContain(`RUN mkdir -p /opt/plimsoll/environments/${PYTHON.environment}/site-packages\n`);
});

test('what a model says of itself is neither a variable of the builder nor the end of a label', () => {
  const text = dockerfile({ ...FACTS, labels: { made: 'by "$HOME" \\\nRUN x' } });
  expect(text).toContain(String.raw`LABEL made="by \"\$HOME\" \\\nRUN x"`);
  expect(text).not.toMatch(/^RUN/m);
});
