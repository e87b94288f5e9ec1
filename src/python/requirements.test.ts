import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { formatRequirement, normaliseName, parseRequirements } from './requirements.ts';
import { compareVersions, parseVersion } from './versions.ts';

interface Read {
  readonly name: string;
  readonly extras: readonly string[];
  readonly specifiers: readonly (readonly [string, string])[];
  readonly marked: boolean;
  readonly pin: string;
}

/** Made by the library `packaging`: tools/fixtures/requirements.py. */
const recorded = JSON.parse(readFileSync('fixtures/python/requirements.json', 'utf8')) as {
  readonly lines: readonly { readonly line: string; readonly read: Read | null }[];
  readonly order: readonly { readonly version: string; readonly rank: number }[];
  readonly invalid: readonly string[];
};

const problemOf = (text: string): string => {
  try {
    parseRequirements(text, 'requirements.txt');
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'REQUIREMENTS_INVALID') return error.message;
    throw error;
  }
  return 'none';
};

const readOne = (line: string): Read | null => {
  if (problemOf(line) !== 'none') return null;
  const [requirement] = parseRequirements(line, 'x');
  if (requirement === undefined) return null;
  const { name, extras, specifiers, marker, pin } = requirement;
  const pairs = specifiers.map(({ operator, version }) => [operator, version] as const);
  return { name, extras, specifiers: pairs.sort(), marked: marker !== null, pin };
};

test('lines are read as the library packaging reads them', () => {
  const differing = recorded.lines
    .map(({ line, read }) => ({ line, read, ours: readOne(line) }))
    .filter(({ read, ours }) => JSON.stringify(read) !== JSON.stringify(ours));
  expect(recorded.lines.length).toBeGreaterThan(300);
  expect(differing).toEqual([]);
});

test('the package of this program, which comes with it, is left out however pip lists it', () => {
  const address = 'http://127.0.0.1:8080/clients/python/plimsoll_ml-0.1.0-py3-none-any.whl';
  const text = `numpy==2.1.0\nplimsoll-ml @ ${address}\nPlimsoll_ML==0.1.0\nplimsoll-ml-more==1.0\n`;
  const names = parseRequirements(text, 'requirements.txt').map(({ line, name }) => [line, name]);
  expect(names).toEqual([
    [1, 'numpy'],
    [4, 'plimsoll-ml-more'],
  ]);
  expect(problemOf('plimsoll @ http://127.0.0.1/plimsoll.whl')).toMatch(/address of its own/);
});

test('a requirement that is written out again reads the same', () => {
  for (const { line, read } of recorded.lines) {
    if (read === null) continue;
    const [requirement] = parseRequirements(line, 'x');
    expect(readOne(formatRequirement(requirement!))).toEqual(read);
  }
});

test('versions are ordered as packaging orders them', () => {
  for (const left of recorded.order) {
    for (const right of recorded.order) {
      const found = Math.sign(compareVersions(left.version, right.version));
      expect([left.version, right.version, found]).toEqual([
        left.version,
        right.version,
        Math.sign(left.rank - right.rank),
      ]);
    }
  }
});

test('what packaging calls no version is none', () => {
  expect(recorded.invalid.filter((text) => parseVersion(text) !== null)).toEqual([]);
});

test('names are normalised', () => {
  expect(normaliseName('Scikit__Learn.-x')).toBe('scikit-learn-x');
});

test('comments, empty and continued lines, byte order marks and hashes are read, with the number of the first line', () => {
  const hash = 'a'.repeat(64);
  const text = `\uFEFF# made by hand\r\n\r\nnumpy==1.26.4 \\\r\n    --hash=sha256:${hash} \\\r\n    --hash sha256:${hash.toUpperCase()}\r\npandas >=2 # newest\nname#not-a-comment==1`;
  expect(problemOf(text)).toContain('line 7');
  const [numpy, pandas] = parseRequirements(text.split('name#')[0]!, 'x');
  expect(numpy).toMatchObject({ line: 3, name: 'numpy', pin: 'exact', hashes: [`sha256:${hash}`] });
  expect(pandas).toMatchObject({ line: 6, name: 'pandas', pin: 'range', hashes: [] });
});

test.each([
  ['-r other.txt', 'another file'],
  ['--requirement=other.txt', 'another file'],
  ['-c bounds.txt', 'another file'],
  ['-e .', '--code'],
  ['--editable git+https://host/x', '--code'],
  ['--index-url https://evil.example/simple', 'must not choose'],
  ['-i https://evil.example/simple', 'must not choose'],
  ['--extra-index-url=https://evil.example', 'must not choose'],
  ['--find-links /tmp', 'must not choose'],
  ['--trusted-host evil.example', 'must not choose'],
  ['--no-binary :all:', 'option'],
  ['--pre', 'option'],
  ['numpy @ https://evil.example/numpy.whl', 'address of its own'],
  ['numpy[x]@file:///etc/passwd', 'address of its own'],
  ['git+ssh://git@host/x.git', 'address'],
  ['https://evil.example/x-1.0.tar.gz', 'address'],
  ['file:///x.whl', 'address'],
  ['./folder', 'file or folder'],
  ['../numpy-1.0-py3-none-any.whl', 'file or folder'],
  ['/opt/x', 'file or folder'],
  ['~/x', 'file or folder'],
  ['C:\\x\\y.whl', 'a'],
  ['dist/x.whl', 'file or folder'],
  ['x-1.0-py3-none-any.whl', 'file or folder'],
  ['numpy==$' + '{VERSION}', 'variable'],
  ['numpy==1.0 --install-option="--x"', 'options of a package'],
  ['numpy==1.0 --config-settings=x=y', 'options of a package'],
  ['numpy==1.0 --hash=md5:d41d8cd98f00b204e9800998ecf8427e', 'hash'],
  [`numpy==1.0 --hash=sha256:${'a'.repeat(63)}`, 'hash'],
  ['numpy; python_version < "3" --index-url https://evil.example', 'options of a package'],
  ['numpy==1.0\\\n--index-url https://evil.example', 'line 2'],
  ['a\0b', 'no text'],
])('%s is refused with its line', (line, part) => {
  const problem = problemOf(`# first\n${line}`);
  expect(problem).toContain(part);
  expect(problem).toMatch(/line [12] of "requirements\.txt"/);
});

test('files without end are refused before they cost anything', () => {
  const started = performance.now();
  expect(problemOf('a\n'.repeat(5_001))).toContain('line 5001');
  expect(problemOf('a'.repeat(8 * 1024 * 1024 + 1))).toContain('characters');
  expect(problemOf(`a${'\\\n'.repeat(1_000_000)}`)).toBe('none');
  expect(problemOf(`a${' '.repeat(1_000_000)}b`)).toContain('characters');
  expect(problemOf(`a[${'b,'.repeat(49_000)}b]`)).toContain('extras');
  expect(problemOf(`a; ${'('.repeat(99_000)}`)).toContain('marker');
  expect(problemOf(`a==${'1.'.repeat(49_000)}0`)).toContain('version');
  expect(problemOf(`a==1,${'>=1,'.repeat(24_000)}`)).toContain('conditions');
  expect(problemOf(`a${' '.repeat(99_000)}b`)).toContain('condition');
  expect(problemOf(`a==1,${' '.repeat(99_000)}b`)).toContain('condition');
  expect(problemOf(`${'a'.repeat(99_000)}-`)).not.toBe('none');
  expect(problemOf(`a${' --hash=sha256:0'.repeat(6_000)}`)).toContain('hash');
  expect(performance.now() - started).toBeLessThan(10_000);
});
