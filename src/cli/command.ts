import type { Command } from 'commander';
import type { Terminal } from './output/terminal.ts';

/** Gives a bare `Command` its arguments, options, help and action. */
export type DefineCommand = (command: Command, terminal: Terminal) => void;

/** Options of the program that a command may have no use for: its help and its completion leave those out. */
export type GlobalOption = 'json' | 'data' | 'quiet';

/** What is said of a command before it is loaded. */
export interface CommandSummary {
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Global options that change nothing here. They are accepted all the same. */
  readonly ignores?: readonly GlobalOption[];
}

export interface CommandEntry extends CommandSummary {
  /** Loads this command and nothing else. */
  readonly load: () => Promise<DefineCommand>;
  /** It is about the program itself: every other command is loaded beside it. */
  readonly needsAll?: boolean;
}

/** Commands by their names, in the order of `--help`. */
export type CommandTable = Readonly<Record<string, CommandEntry>>;

const IGNORED = new WeakMap<Command, ReadonlySet<string>>();

/** Leaves global options out of what a command offers. */
export function ignoreGlobalOptions(command: Command, names: readonly GlobalOption[] = []): Command {
  IGNORED.set(command, new Set(names));
  return command;
}

/** Whether a global option, by its attribute name, changes something for a command. */
export const readsGlobalOption = (command: Command, name: string): boolean =>
  !(IGNORED.get(command)?.has(name) ?? false);
