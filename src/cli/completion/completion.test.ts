import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { wholeTree } from '../testing/whole-tree.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { completionTree } from './tree.ts';
import { zshScript } from './zsh.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-completion-'));
writeFileSync(join(folder, 'model file.joblib'), '');
const tree = completionTree(await wholeTree());

const written = (name: string, script: string): string => {
  const path = join(folder, name);
  writeFileSync(path, script);
  return path;
};

interface Shell {
  readonly name: string;
  /** Code that prints what the last of these words can become, one a line. */
  code(words: readonly string[]): string;
}

const quoted = (word: string): string => `'${word}'`;

const bash = written('bash', bashScript(tree));
const zsh = written('zsh', zshScript(tree));
const fish = written('fish', fishScript(tree));

const SHELLS: readonly Shell[] = [
  {
    name: 'bash',
    code: (words) =>
      [
        `source ${bash}`,
        // As readline splits them: `=` is a word of its own.
        `COMP_WORDS=(plimsoll ${words
          .flatMap((word) => word.split(/(=)/))
          .filter((word, i, all) => word !== '' || i === all.length - 1)
          .map(quoted)
          .join(' ')})`,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that fills these in
        'COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))',
        '_plimsoll',
        String.raw`printf '%s\n' "${'$'}{COMPREPLY[@]}"`,
      ].join('\n'),
  },
  {
    // What the completion system of zsh is handed, filtered as it does.
    name: 'zsh',
    code: (words) =>
      [
        'compdef() { :; }',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that fills these in
        'compset() { words[CURRENT]=${words[CURRENT]#*=}; }',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that fills these in
        '_describe() { local -a all; all=("${(@P)@[-1]}"); print -l -- "${(@M)${(@)all%%:*}:#${words[CURRENT]}*}"; }',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that fills these in
        '_files() { print -l -- ${words[CURRENT]}*(N); }',
        `source ${zsh}`,
        `words=(plimsoll ${words.map(quoted).join(' ')}) CURRENT=${words.length + 1}`,
        '_plimsoll',
      ].join('\n'),
  },
  {
    name: 'fish',
    code: (words) =>
      [
        `source ${fish}`,
        `complete -C ${quoted(`plimsoll ${words.join(' ')}`)} | string replace -r '\\t.*' ''`,
        'true',
      ].join('\n'),
  },
];

function completed(shell: Shell, words: readonly string[]): readonly string[] {
  const noConfig = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'] }[shell.name] ?? [];
  const { stdout, stderr, status } = spawnSync(shell.name, [...noConfig, '-c', shell.code(words)], {
    encoding: 'utf8',
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
  });
  expect(stderr).toBe('');
  expect(status, stdout).toBe(0);
  return stdout.split('\n').filter((line) => line !== '');
}

const isHere = ({ name }: Shell): boolean => spawnSync(name, ['-c', 'true']).status === 0;

describe.each(SHELLS.filter(isHere))('in $name', (shell) => {
  test('the first word is a command', () => {
    expect(completed(shell, ['ro']).toSorted()).toEqual(['rollback', 'rollout']);
    expect(completed(shell, [''])).toContain('completion');
  });

  test('a group is followed by its commands', () => {
    const found = completed(shell, ['batch', 'res']);
    expect(found).toEqual(['resume']);
    expect(completed(shell, ['deploy', 'kubernetes', 'de'])).toEqual(['destroy']);
  });

  test('a command is followed by its options, and by those of the program that change something', () => {
    const options = completed(shell, ['compile', '--']);
    expect(options).toEqual(
      expect.arrayContaining(['--out', '--certificate', '--max-model', '--json', '--help']),
    );
    expect(options).not.toEqual(expect.arrayContaining(['--data']));
    expect(completed(shell, ['models', '--'])).toContain('--data');
  });

  test('an option that takes one of some words is followed by them', () => {
    const start = ['rollout', 'start', 'churn', '--strategy'];
    expect(completed(shell, [...start, 'c'])).toEqual(['canary']);
    expect(completed(shell, ['completion', 'z'])).toEqual(['zsh']);
  });

  test('words are also offered behind `=`', () => {
    const [found = ''] = completed(shell, ['batch', 'run', '--mode=u']);
    // fish repeats the option, as it replaces the word whole.
    expect(found.replace('--mode=', '')).toBe('upsert');
  });

  test('an option that takes a file is followed by files, whatever is in their names', () => {
    const [found = '', ...more] = completed(shell, ['rollout', 'lint', '--policy', 'model']);
    expect(found.replaceAll('\\', '')).toBe('model file.joblib');
    expect(more).toEqual([]);
  });

  test('the value of an option is not taken for a command', () => {
    expect(completed(shell, ['--data', 'batch', 'mod'])).toEqual(['models']);
    expect(completed(shell, ['batch', '--data', 'run', 'res'])).toEqual(['resume']);
  });

  test('where only a person knows the text nothing is offered', () => {
    expect(completed(shell, ['push', 'churn.joblib', '--name', ''])).toEqual([]);
  });
});

test('bash is on every machine that runs these tests, so that they are not all skipped', () => {
  expect(SHELLS.filter(isHere).map(({ name }) => name)).toContain('bash');
});

test('every command and each of its options is in the script', () => {
  const script = bashScript(tree);
  for (const { path, options } of tree) {
    const flags = options.flatMap((option) => option.flags).join(' ');
    expect(script).toMatch(new RegExp(`^ +'${path}'\\) verbs='.*' flags='${flags}'`, 'm'));
  }
  expect(tree.length).toBeGreaterThan(85);
  expect(tree.map(({ path }) => path)).toContain('deploy vertex weights');
});
