import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkCommits, lastCommits } from './commits.ts';

const commit = (subject: string, body: string) => ({ hash: '0123456789abcdef', subject, body });
const messages = (subject: string, body: string) =>
  checkCommits([commit(subject, body)]).map(({ message }) => message);

it('takes a short subject with a body', () => {
  expect(messages('a'.repeat(72), 'It was slow.')).toEqual([]);
});

it('refuses a subject of more than 72 characters', () => {
  const subject = 'a'.repeat(73);
  expect(messages(subject, 'It was slow.')).toEqual([
    `${subject}: its subject has 73 characters, wanted at most 72`,
  ]);
});

it.each(['', '\n', 'Signed-off-by: A <a@example.com>\n'])(
  'refuses the body %j, which says nothing',
  (body) => {
    expect(messages('Go', body)).toEqual(['Go: it has no body: say why']);
  },
);

it('reads the commits of a repository, and none where there is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commits-'));
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: folder });
  try {
    expect(lastCommits(folder, 5)).toEqual([]);
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '-m', 'First', '-m', 'Because of x.');
    git('commit', '--quiet', '--allow-empty', '-m', 'Second');
    expect(lastCommits(folder, 5).map(({ subject, body }) => [subject, body.trim()])).toEqual([
      ['Second', ''],
      ['First', 'Because of x.'],
    ]);
    expect(lastCommits(folder, 1)).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
