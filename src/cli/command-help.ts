/** How `--help` lists commands and options. Completion offers the same ones. */
import { type Command, Help, type HelpConfiguration, type Option } from 'commander';
import { readsGlobalOption } from './command.ts';

/** Columns that explanations are wrapped to rather than run over the edge. */
const MIN_WIDTH = 24;
const DEFAULTS = new Help();
/** Options of a command itself come first, those that it has in common with others below them. */
const OWN_GROUP = 'Options:';

export const HELP_CONFIGURATION: HelpConfiguration = {
  showGlobalOptions: true,
  minWidthToWrap: MIN_WIDTH,
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map((one) => bracketed(one.name(), one))].join(' '),
  visibleCommands: (command) =>
    command.parent === null ? DEFAULTS.visibleCommands(command) : [...command.commands],
  visibleGlobalOptions: (command) => [...globalOptionsOf(command)],
  groupItems: (all, visible, groupOf) => {
    const groups = DEFAULTS.groupItems(all, visible, groupOf);
    return new Map([...groups].toSorted(([a], [b]) => Number(b === OWN_GROUP) - Number(a === OWN_GROUP)));
  },
  optionDescription: (option) =>
    `${DEFAULTS.optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
};

/** A command that only holds others: it has nothing to do without one of them. */
export const isGroup = (command: Command): boolean =>
  command.parent !== null && command.commands.length > 0 && command.registeredArguments.length === 0;

/** Options of the program that change something for a command. Those of a group are shown by its commands. */
export function globalOptionsOf(command: Command): readonly Option[] {
  if (command.parent === null || isGroup(command)) return [];
  let program = command;
  while (program.parent !== null) program = program.parent;
  return program.options.filter(
    (option) => option.attributeName() !== 'version' && readsGlobalOption(command, option.attributeName()),
  );
}

const bracketed = (
  name: string,
  { required, variadic }: { required: boolean; variadic: boolean },
): string => {
  const term = variadic ? `${name}...` : name;
  return required ? `<${term}>` : `[${term}]`;
};
