import { expect, it } from 'vitest';
import { checkErrors } from './errors.ts';
import { errorsPage } from './errors-page.ts';
import { checkGenerated } from './generated.ts';

const row = { message: 'Cannot read "{path}": it is gone', hint: 'Check the path', http: 404, exit: 2 };
const thrower = { path: 'src/cli/x.ts', text: "throw new PlimsollError('GONE', { path });" };

it('accepts a row that is thrown and complete', () => {
  expect(checkErrors({ GONE: row }, [thrower])).toEqual([]);
});

it('refuses a row that only comments, tests or nothing name', () => {
  const comment = { path: 'src/cli/x.ts', text: "// throws 'GONE'" };
  const test = { path: 'src/cli/x.test.ts', text: "expect(code).toBe('GONE')" };
  expect(checkErrors({ GONE: row }, [comment, test])).toHaveLength(1);
});

it('refuses rows without a hint, with an unknown exit code, or that answer success', () => {
  expect(checkErrors({ GONE: { ...row, hint: '' } }, [thrower])).toHaveLength(1);
  expect(checkErrors({ GONE: { ...row, exit: 9 } }, [thrower])).toHaveLength(1);
  expect(checkErrors({ GONE: { ...row, http: 200 } }, [thrower])).toHaveLength(1);
});

it('lists codes by area in alphabetical order, each with its anchor, and escapes Markdown', () => {
  const page = errorsPage({ 'Files, gone': { LOST: row, GONE: { ...row, message: 'a | b <c>' } } });
  expect(page).toContain('- [Files, gone](#files-gone)\n\n## Files, gone\n');
  expect(page).toContain('| <a id="GONE"></a>`GONE` | a \\| b &lt;c> | Check the path | 404 | 2 |');
  expect(page.indexOf('`GONE`')).toBeLessThan(page.indexOf('`LOST`'));
});

it('refuses a generated file that is missing or was edited', () => {
  const pages = { 'docs/a.md': () => 'text' };
  expect(checkGenerated(pages, () => 'text')).toEqual([]);
  expect(checkGenerated(pages, () => 'edited')).toHaveLength(1);
  expect(checkGenerated(pages, () => null)).toHaveLength(1);
});
