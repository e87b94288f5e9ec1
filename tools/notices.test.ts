import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundledFolders, packagesOf } from './bundled.ts';
import { nativeNotices, noticesOf } from './notices.ts';

const root = mkdtempSync(join(tmpdir(), 'plimsoll-notices-'));
afterAll(() => rmSync(root, { recursive: true }));

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
/** A package with an `index.js` and these files; answers the path of the former. */
function pack(name: string, manifest: object, files: Readonly<Record<string, string>> = {}): string {
  const folder = `node_modules/${name}`;
  put(
    `${folder}/package.json`,
    JSON.stringify({ name: name.split('node_modules/').at(-1), version: '1.0.0', ...manifest }),
  );
  for (const [file, text] of Object.entries({ 'index.js': '', ...files })) put(`${folder}/${file}`, text);
  return `${folder}/index.js`;
}
const TERMS = 'Permission is granted.';
beforeAll(() => put('tools/notices/MIT.txt', TERMS));
const noticesFor = (...files: string[]): string => noticesOf(root, bundledFolders(root, files));

test('every text that a package brings is there word for word, the same text once for all that bring it', () => {
  const licensed = { 'LICENSE.md': '\uFEFFCopyright A\r\n\r\nMay be used.  \r\n', NOTICE: 'Thanks to B.' };
  const a = pack('a', { license: 'MIT' }, licensed);
  const b = pack('@s/b', { license: 'MIT', version: '2.0.0' }, { 'LICENCE.txt': licensed['LICENSE.md'] });
  const nested = pack(
    'a/node_modules/@s/b',
    { license: 'MIT', version: '3.0.0' },
    { COPYING: 'Other words.' },
  );
  const text = noticesFor(nested, b, a);
  expect(text).toContain('@s/b 2.0.0 (MIT)\na 1.0.0 (MIT)\n\nCopyright A\n\nMay be used.\n');
  expect(text).toContain('a 1.0.0 (MIT)\n\nThanks to B.');
  expect(text).toContain('@s/b 3.0.0 (MIT)\n\nOther words.');
  expect(text.split('May be used.')).toHaveLength(2);
  expect(noticesFor(a, b, nested, a)).toBe(text);
});

test('a package without such a file is under what its readme says, or under the licence that it names', () => {
  const readme = '# C\n## License\n\nCopyright C\n\nAll is allowed.\n\n## Thanks\nto D';
  expect(noticesFor(pack('c', { license: 'MIT' }, { 'README.md': readme }))).toMatch(
    /c 1\.0\.0 \(MIT\)\n\nCopyright C\n\nAll is allowed\.\n$/,
  );
  const named = pack('d', { license: 'MIT', author: { name: 'D. D.' } }, { 'README.md': '## License\nMIT' });
  expect(noticesFor(named)).toMatch(
    /d 1\.0\.0 \(MIT\)\n {2}Copyright: D\. D\.;.*\n\nPermission is granted\.\n$/,
  );
});

test('nothing is bundled whose licence nobody knows', () => {
  expect(() => noticesFor(pack('e', { license: 'Own' }))).toThrow(
    'e 1.0.0 is in the bundle, and its licence (Own)',
  );
  expect(() => noticesFor(pack('f', {}))).toThrow('f 1.0.0');
});

test('what a publisher has bundled into a file is named, with the texts that lie beside the file', () => {
  const sources = [
    'webpack:///./src/x.js',
    'webpack:///./node_modules/@q/r/i.js',
    'webpack:///./node_modules/p/i.js',
  ];
  const map = JSON.stringify({ sources, sourcesContent: ['x'.repeat(100_000)] });
  const beside = {
    'index.js.map': map,
    'index.js.LICENSE.txt': 'P is by P.',
    'other.js.LICENSE.txt': 'Not used.',
  };
  const g = pack('g', { license: 'MIT' }, { LICENSE: 'G', ...beside });
  expect(packagesOf(bundledFolders(root, [g]))).toEqual([
    { name: 'g', version: '1.0.0', license: 'MIT', contains: ['@q/r', 'p'] },
  ]);
  const text = noticesFor(g);
  expect(text).toContain('g 1.0.0 (MIT)\n  with @q/r, p in it\n\nP is by P.');
  expect(text).not.toContain('Not used.');
});

test('the texts of a native library are those of the version that is installed', () => {
  pack('native', { version: '1.2.3-r.1' });
  put('tools/notices/native-1.2.3.txt', 'By N.\n');
  expect(nativeNotices(root, 'native', ['native'])).toEqual({ about: ['native 1.2.3-r.1'], text: 'By N.' });
  pack('native', { version: '1.2.4' });
  expect(() => nativeNotices(root, 'native', ['native'])).toThrow('version 1.2.4');
});
