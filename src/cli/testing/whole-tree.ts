import type { Command } from 'commander';
import { commandTree } from '../command-tree.ts';
import { COMMANDS } from '../commands.ts';
import { Terminal } from '../output/terminal.ts';

/** The program with every command in full. */
export const wholeTree = (): Promise<Command> =>
  commandTree('completion', new Terminal({ json: false, quiet: true }), COMMANDS);

/** A command with the words that call it. */
export interface NamedCommand {
  readonly path: string;
  readonly command: Command;
}

/** Every command below one, groups included. */
export const commandsBelow = (command: Command, path = ''): readonly NamedCommand[] =>
  command.commands.flatMap((child) => {
    const name = path === '' ? child.name() : `${path} ${child.name()}`;
    return [{ path: name, command: child }, ...commandsBelow(child, name)];
  });

/** What `--help` prints, with the texts around it. */
export function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}
