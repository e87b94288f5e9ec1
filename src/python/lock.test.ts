import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { brokenBounds } from './known-bounds.ts';
import { type LockRequest, makeLock } from './lock.ts';
import { lockOf, readLock } from './lock-text.ts';
import { explainUv } from './uv-errors.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-locks-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const hash = (digit: string): string => `sha256:${digit.repeat(64)}`;

const request = (text: string, more: Partial<LockRequest> = {}): LockRequest => ({
  requirements: { path: 'requirements.txt', text },
  guessed: ['left-out==1.0'],
  python: '3.11',
  allowBuild: false,
  dataDir,
  ...more,
});

test('exact versions stay, ranges and bare names are pinned with hashes and said', async () => {
  const lock = await makeLock(request('Six==1.15.0\nidna<3.5\ncertifi # newest'));
  expect(lock.pins.get('six')).toBe('1.15.0');
  expect(lock.pins.get('idna')).toBe('3.4');
  expect([...lock.pins.keys()]).toEqual(['certifi', 'idna', 'six']);
  expect(lock.text).toMatch(/^certifi==\S+ \\\n {4}--hash=sha256:[0-9a-f]{64}/);
  expect(lock.text).not.toMatch(/:\/\/|#/);
  expect(lock.notes).toEqual([
    'idna<3.5 is pinned to 3.4',
    `certifi is pinned to ${lock.pins.get('certifi')}`,
  ]);
  const again = readLock(lock.text, lock.python);
  expect([again.text, again.digest, [...again.pins]]).toEqual([lock.text, lock.digest, [...lock.pins]]);
}, 120_000);

test('a complete lock stays as it is, hashes included', async () => {
  const first = await makeLock(request('six==1.16.0'));
  const [one] = /sha256:[0-9a-f]{64}/.exec(first.text)!;
  const lock = await makeLock(request(`six==1.16.0 --hash=${one}`));
  expect(lock.text).toBe(`six==1.16.0 \\\n    --hash=${one}\n`);
  expect((await makeLock(request(lock.text))).digest).toBe(lock.digest);
}, 120_000);

test('markers are decided by the Python that the lock is for', async () => {
  const text = 'six==1.16.0 ; python_version < "3.10"\nidna==3.4 ; python_version >= "3.10"';
  expect([...(await makeLock(request(text))).pins.keys()]).toEqual(['idna']);
  expect([...(await makeLock(request(text, { python: '3.9' }))).pins.keys()]).toEqual(['six']);
}, 120_000);

/** A wheel of one empty module, as an index of builds for processors has them. */
function writeWheel(folder: string, version: string): void {
  const script = `
import sys, zipfile
name = f"six-{sys.argv[2]}"
with zipfile.ZipFile(f"{sys.argv[1]}/{name}-py3-none-any.whl", "w") as wheel:
    wheel.writestr("six.py", "")
    wheel.writestr(f"{name}.dist-info/METADATA", f"Metadata-Version: 2.1\\nName: six\\nVersion: {sys.argv[2]}\\n")
    wheel.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{name}.dist-info/RECORD", "")
`;
  execFileSync('python3', ['-c', script, folder, version]);
}

test('a build that an index of this machine has of a release is pinned by its own name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-wheels-'));
  try {
    writeWheel(folder, '1.17.0+cpu');
    vi.stubEnv('UV_FIND_LINKS', folder);
    const { text, pins } = await makeLock(request('six==1.17.0'));
    expect(pins.get('six')).toBe('1.17.0+cpu');
    expect(text).toContain('six==1.17.0+cpu');
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

test('a patch release that is not here is stood in for by its minor version, and that is said', async () => {
  const lock = await makeLock(request('six==1.16.0', { python: '3.11.99' }));
  expect(lock.python).toBe('3.11');
  expect(lock.notes[0]).toMatch(/^Python 3\.11\.\d+ stands in for 3\.11\.99/);
}, 120_000);

test('a bound that the packages do not tell is kept, and a version that the person pinned is left alone', async () => {
  const kept = await makeLock(request('scikit-learn==1.2.2'));
  expect(kept.pins.get('numpy')).toMatch(/^1\./);
  expect(kept.notes).toContain(
    `scikit-learn 1.2.2 was built for NumPy 1: numpy ${kept.pins.get('numpy')} was taken`,
  );
  const pinned = await makeLock(request('scikit-learn==1.2.2\nnumpy==2.2.0'));
  expect(pinned.pins.get('numpy')).toBe('2.2.0');
  expect(pinned.notes.join()).toContain('it may fail when it is imported');
}, 120_000);

test('nothing needed is an empty lock', async () => {
  const lock = await makeLock(request('', { requirements: null, guessed: [] }));
  expect([lock.text, lock.notes]).toEqual(['', []]);
});

test.each([
  ['pyspark==3.3.0', /pyspark 3\.3\.0 has no wheel for Python 3\.11/, /--allow build/],
  ['six==99.0', /no version 99\.0 of six/, /--requirements/],
  ['plimsoll-no-such-package', /no package "plimsoll-no-such-package"/, /--requirements/],
  [
    'scikit-learn==1.6.1\njoblib==1.1.0',
    /scikit-learn==1\.6\.1 depends on joblib>=1\.2\.0/,
    /--requirements/,
  ],
])(
  '%s is refused with what is missing and the way on',
  async (text, message, hint) => {
    const error = await makeLock(request(text)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'REQUIREMENTS_UNRESOLVED' });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('unsatisfiable');
    expect((error as { hint: string }).hint).toMatch(hint);
  },
  120_000,
);

test('the text of a lock does not depend on the order, its digest on the Python', () => {
  const six = { name: 'six', version: '1.0', hashes: [hash('b'), hash('a')] };
  const idna = { name: 'idna', version: '2', hashes: [hash('c')] };
  const lock = lockOf([six, idna], '3.11');
  expect(lock).toEqual(lockOf([idna, { ...six, hashes: [hash('a'), hash('b')] }], '3.11'));
  expect(lock.text).toBe(
    `idna==2 \\\n    --hash=${hash('c')}\nsix==1.0 \\\n    --hash=${hash('a')} \\\n    --hash=${hash('b')}\n`,
  );
  expect(lockOf([six, idna], '3.12').digest).not.toBe(lock.digest);
});

test.each([
  ['six>=1', 'exact version'],
  ['six', 'exact version'],
  ['six==1.*', 'exact version'],
  [`six==1,<2 --hash=${hash('a')}`, 'exact version'],
  ['six==1', 'hash'],
  [`six[x]==1 --hash=${hash('a')}`, 'extras'],
  [`six==1 --hash=${hash('a')}\nSIX==1 --hash=${hash('a')}`, 'twice'],
  [`six==1 ; python_version < "3" --hash=${hash('a')}`, 'markers'],
])('%s is no lock', (text, part) => {
  expect(() => readLock(text, '3.11')).toThrow(part);
});

test('of several bounds between two packages the tightest counts', () => {
  const pins = new Map([
    ['scikit-learn', '0.24.2'],
    ['numpy', '2.0.0'],
  ]);
  expect(brokenBounds(pins).map(({ below }) => below)).toEqual(['1.24']);
  expect(brokenBounds(new Map([...pins, ['numpy', '1.23.5']]))).toEqual([]);
  expect(brokenBounds(new Map([...pins, ['scikit-learn', '1.5.0']]))).toEqual([]);
});

test('what uv says is shortened, without addresses, passwords and drawings', () => {
  const old =
    '  × No solution found when resolving dependencies:\n  ╰─▶ Because scikit-learn==0.24.2 has no wheels with a matching Python ABI tag (e.g., `cp311`)\n      and you require scikit-learn==0.24.2, we can conclude that your requirements are unsatisfiable.\n';
  expect(explainUv(old, '3.11').wheelless).toBe('scikit-learn 0.24.2');
  const network =
    'error: Failed to fetch: `https://user:secret@index.example/simple/six/`\n  cause: tcp connect error\n  cause: Connection refused (os error 111)\n';
  expect(explainUv(network, '3.11')).toEqual({
    reason: 'the index of packages does not answer: Connection refused (os error 111)',
    wheelless: null,
    otherPython: false,
  });
  expect(explainUv('error: strange https://user:secret@host/x', '3.11').reason).toBe('strange the index');
  expect(explainUv('x'.repeat(10_000), '3.11').reason.length).toBeLessThan(700);
  expect(explainUv('', '3.11').reason).not.toBe('');
});
