import type { Command } from 'commander';
import type { CommandSummary, DefineCommand } from './command.ts';
import { ignoreGlobalOptions } from './command.ts';

/** A command of a group. It is loaded with its group, so what it runs with waits behind `import()` in its action. */
interface GroupedCommand extends CommandSummary {
  readonly define: DefineCommand;
}

export interface CommandGroup {
  readonly description: string;
  /** Command lines, without the prompt. */
  readonly examples: readonly string[];
  /** Commands by their names, in the order of `--help`. */
  readonly commands: Readonly<Record<string, GroupedCommand>>;
}

/** A command that does nothing but hold others: `batch`, `rollout`. */
export const commandGroup =
  ({ description, examples, commands }: CommandGroup): DefineCommand =>
  (group, terminal) => {
    group.description(description).addHelpText('after', exampleText(examples));
    for (const [name, { summary, ignores, define }] of Object.entries(commands))
      define(ignoreGlobalOptions(group.command(name).summary(summary), ignores), terminal);
  };

/** Lists the options that `declare` adds to a command under a heading of their own. */
export function optionGroup(
  command: Command,
  heading: string,
  declare: (command: Command) => Command,
): Command {
  const { length } = command.options;
  for (const option of declare(command).options.slice(length)) option.helpGroup(`${heading}:`);
  return command;
}

/** The part of `--help` that shows command lines. */
export const exampleText = (lines: readonly string[]): string =>
  ['', 'Examples:', ...lines.map((line) => `  $ ${line}`)].join('\n');
