import { Command, type Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { globalOptionsOf, isGroup } from './command-help.ts';
import { type Declaration, namesRead } from './testing/option-reads.ts';
import { commandsBelow, helpOf, wholeTree } from './testing/whole-tree.ts';

/** Where each command says what it does: declarations that were running when it got its action. */
const ACTIONS = new Map<Command, readonly Declaration[]>();
const { action } = Command.prototype;
Command.prototype.action = function (this: Command, run) {
  ACTIONS.set(this, declarationsIn(new Error().stack ?? ''));
  return action.call(this, run);
};
const FRAME = /at (?:async )?(?:([\w.<>]+) \()?(?:file:\/\/)?(\/[^\s():]+\/src\/cli\/[^\s():]+\.ts)/g;
/** What every command is made by. */
const MAKERS = /\/(?:group|command-tree|commands\.test|whole-tree)\.ts$/;

function declarationsIn(stack: string): readonly Declaration[] {
  const frames = [...stack.matchAll(FRAME)].map(([, name, file]) => ({ name, file: file ?? '' }));
  return frames
    .filter(({ file }) => !MAKERS.test(file))
    .map(({ name, file }) => ({ file, name: name === undefined || /\W/.test(name) ? '*' : name }));
}

const program = await wholeTree();
Command.prototype.action = action;
const everyCommand = commandsBelow(program);
const groups = everyCommand.filter(({ command }) => isGroup(command));
const leaves = everyCommand.filter(({ command }) => ACTIONS.has(command));

const longName = ({ long, short }: Option): string => long ?? short ?? '';
const offered = (command: Command): readonly Option[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => longName(option) !== '--help');

describe('the help of every command', () => {
  test.each(everyCommand)('$path: shows a command line that it takes', ({ path, command }) => {
    const help = helpOf(command);
    expect(help).toContain('\nExamples:\n');
    expect(help).toMatch(new RegExp(`^ {2}\\$ plimsoll ${path}(?: |$)`, 'm'));
  });

  test.each(leaves)('$path: says which options it cannot do without', ({ command }) => {
    const help = helpOf(command).replaceAll(/\s+/g, ' ');
    const marked = [...help.matchAll(/\(required\)/g)].length;
    expect(marked).toBe(command.options.filter(({ mandatory }) => mandatory).length);
  });

  test.each(groups)('$path: has a line for each of its commands, and no options', ({ command }) => {
    const help = helpOf(command);
    for (const one of command.commands) {
      expect(one.summary()).not.toBe('');
      expect(help).toMatch(new RegExp(`^ {2}${one.name()} .*${one.summary().split(' ')[0]}`, 'm'));
    }
    expect(help).not.toContain('--data');
  });
});

test('every command has what it does, or others below it', () => {
  expect(leaves.length).toBeGreaterThan(60);
  const idle = everyCommand.filter(({ command }) => !ACTIONS.has(command) && command.commands.length === 0);
  expect(idle.map(({ path }) => path)).toEqual([]);
});

/** They share the code of those that show their progress. */
const SHARED_VERBS = /^deploy (?:sagemaker|vertex) (?:plan|status|weights)$|^deploy kubernetes weights$/;

describe('a command offers only what changes something', () => {
  test.each(leaves)('$path', ({ command }) => {
    const names = namesRead(ACTIONS.get(command) ?? [], 3);
    const idle = offered(command).filter((option) => !names.has(option.attributeName()));
    expect(idle.map(longName)).toEqual([]);
  });

  test.each(leaves)('$path, of the options of the program', ({ path, command }) => {
    const names = namesRead(ACTIONS.get(command) ?? [], 0);
    const globals = globalOptionsOf(command).map((option) => option.attributeName());
    const isAny = (...wanted: readonly string[]): boolean => wanted.some((name) => names.has(name));
    expect(globals.includes('json')).toBe(isAny('terminal.answer', 'json'));
    if (globals.includes('data')) expect(names).toContain('data');
    if (!SHARED_VERBS.test(path))
      expect(globals.includes('quiet')).toBe(isAny('terminal.note', 'terminal.progress', 'terminal.steps'));
  });
});

test('an option that no code reads is found', () => {
  const idle = new Command('idle').option('--never-read <value>', 'is for nothing');
  idle.action(() => undefined);
  const names = namesRead([{ file: `${import.meta.dirname}/model/inspect.ts`, name: 'inspect' }], 3);
  expect(offered(idle).filter((option) => !names.has(option.attributeName()))).toHaveLength(1);
});
