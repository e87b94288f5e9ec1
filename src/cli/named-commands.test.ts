import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { wholeTree } from './testing/whole-tree.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Files that tell people what to type: pages, and sources with their messages and help texts. */
function tellingFiles(): readonly string[] {
  const under = (folder: string, ending: string): string[] =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith(ending) && !name.endsWith(`.test${ending}`))
      .map((name) => join(folder, name));
  return [
    'README.md',
    'examples/README.md',
    'python/README.md',
    ...under('docs', '.md'),
    ...under('src', '.ts'),
  ];
}

/** A command line as it stands in prose, code and strings; it ends with its line, its quotes, or what a shell puts behind it. */
const LINE = /\bplimsoll(?:\.js)? ((?:--?)?[a-z][^\n`]*?)(?=`|\n|\\n|'[,);\s]|\s[|&#(>]|$)/gm;

interface Line {
  readonly file: string;
  readonly words: readonly string[];
}

const linesOf = (file: string): readonly Line[] =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(LINE)].map(([, text]) => ({
    file,
    words: text!.split(/\s+/),
  }));

/** What is wrong with a line: a word that is no command of its group, or an option that the command has not. */
function wrongWith(program: Command, { file, words }: Line): readonly string[] {
  let command = program;
  let at = 0;
  for (; at < words.length; at += 1) {
    const next = command.commands.find((one) => one.name() === words[at]);
    if (next === undefined) break;
    command = next;
  }
  // Prose about the program (`plimsoll for …`) names no command.
  if (command === program) return [];
  const word = words[at] ?? '';
  const isGroup = command.commands.length > 0 && command.registeredArguments.length === 0;
  // Which command of the group is filled in when it is said.
  if (isGroup && word.startsWith('${')) return [];
  if (isGroup && /^[a-z][a-z-]+$/.test(word)) return [`${file}: plimsoll ${words.join(' ')}`];
  const known = new Set(
    [command, program].flatMap(({ options }) => options.flatMap(({ long, short }) => [long, short])),
  );
  return words
    .slice(at)
    .flatMap((one) => /^--[a-z][a-z-]*/.exec(one)?.[0] ?? [])
    .filter((flag) => flag !== '--help' && !known.has(flag))
    .map((flag) => `${file}: plimsoll ${words.slice(0, at).join(' ')} has no ${flag}`);
}

test('every command that pages, messages and help texts tell people to type is there, and so are its options', async () => {
  const program = await wholeTree();
  const lines = tellingFiles().flatMap(linesOf);
  expect(lines.length).toBeGreaterThan(300);
  expect(lines.flatMap((line) => wrongWith(program, line))).toEqual([]);
});
