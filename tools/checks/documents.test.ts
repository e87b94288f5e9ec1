import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { examplesOf, matches } from './console-block.ts';
import { runExamples } from './documents.ts';

const block = (text: string): string =>
  `Words.\n\n\`\`\`console\n${text}\n\`\`\`\n\n\`\`\`sh\n$ not run\n\`\`\`\n`;
const run = (text: string) => runExamples('README.md', block(text), tmpdir());

it('takes commands and their output from console blocks only', () => {
  expect(examplesOf(block('$ one \\\n  two\nout\n\n$ serve &\nready'))).toEqual([
    { line: 4, command: 'one \\\n  two', background: false, expected: ['out'] },
    { line: 8, command: 'serve', background: true, expected: ['ready'] },
  ]);
});

it('lets … stand for anything in a line, and for any lines', () => {
  expect(matches('took 12 ms\n', ['took … ms'])).toBe(true);
  expect(matches('a\nb\nc\n', ['a', '…', 'c'])).toBe(true);
  expect(matches('a\nb\n', ['a'])).toBe(false);
  expect(matches('axb', ['a.b'])).toBe(false);
});

it('accepts an example that prints what the document says', async () => {
  expect(await run('$ echo hello\nhello')).toEqual([]);
});

it('refuses an example that prints something else, with the line where it stands', async () => {
  expect(await run('$ echo hello\nbye')).toMatchObject([{ file: 'README.md', line: 4 }]);
});

it('waits for a command that keeps running, and gives it a port of its own', async () => {
  expect(await run('$ echo "on $PLIMSOLL_PORT"; sleep 60 &\non 8080\n$ echo 8080 | wc -w\n1')).toEqual([]);
});

it('refuses a server that never says what the document promises', async () => {
  expect(await run('$ echo broken &\nready')).toHaveLength(1);
});
