/** What can be completed, command by command, out of the commands themselves. */
import type { Argument, Command, Option } from 'commander';
import { globalOptionsOf } from '../command-help.ts';

/** What stands for a value: words to choose from, a path, or text that only a person knows. */
export type CompletionValue =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'path' }
  | { readonly kind: 'text' };

export interface CompletionOption {
  /** As they are typed: `-o`, `--output`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Null of a switch. */
  readonly value: CompletionValue | null;
  /** Whether the value is the next word; one that may be left out is written `--option=value`. */
  readonly takesWord: boolean;
}

/** A subcommand as its parent lists it. */
export interface CompletionWord {
  readonly name: string;
  readonly description: string;
}

export interface CompletionCommand {
  /** Words behind the name of the program: empty, `batch`, `batch run`. */
  readonly path: string;
  readonly commands: readonly CompletionWord[];
  readonly options: readonly CompletionOption[];
  /** What an argument may be; null where the command takes none. */
  readonly argument: CompletionValue | null;
}

/** Every command below and with this one, as far as help shows them. */
export function completionTree(command: Command, path = ''): readonly CompletionCommand[] {
  const help = command.createHelp();
  const own = help.visibleOptions(command);
  const children = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const [argument] = command.registeredArguments;
  return [
    {
      path,
      commands: children.map((child) => ({
        name: child.name(),
        description: help.subcommandDescription(child),
      })),
      options: [...own, ...globalOptionsOf(command)].map(completionOption),
      argument: argument === undefined ? null : completionValue(argument, argument.name()),
    },
    ...children.flatMap((child) =>
      completionTree(child, path === '' ? child.name() : `${path} ${child.name()}`),
    ),
  ];
}

function completionOption(option: Option): CompletionOption {
  const { short, long, description, required, optional, flags } = option;
  const name = /[<[](.*)[>\]]/.exec(flags)?.[1] ?? '';
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    description,
    value: required || optional ? completionValue(option, name) : null,
    takesWord: required,
  };
}

/** Placeholders that stand for something on this machine. */
const PATH = /file|folder|path|dir|rows|uri|image|model|source|document|\.\w+$/;

function completionValue(
  { argChoices }: Pick<Argument | Option, 'argChoices'>,
  name: string,
): CompletionValue {
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices };
  return { kind: PATH.test(name) ? 'path' : 'text' };
}
