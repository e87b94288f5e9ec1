/** What a command line names, and what is wrong with one. */
import { existsSync } from 'node:fs';
import { type Command, CommanderError } from 'commander';
import { PlimsollError } from '../core/errors.ts';
import type { CommandTable } from './command.ts';
import { isGroup } from './command-help.ts';

/** First word that is neither an option nor the value of a global one. */
export const commandName = (argv: readonly string[]): string | undefined => argv[commandAt(argv)];

const commandAt = (argv: readonly string[]): number =>
  argv.findIndex((word, i) => !word.startsWith('-') && argv[i - 1] !== '--data');

/** `help package oci` is `package oci --help`: a command is loaded by its own name alone. */
export function withoutHelpCommand(argv: readonly string[]): readonly string[] {
  const at = commandAt(argv);
  return argv[at] === 'help' ? [...argv.slice(0, at), ...argv.slice(at + 1), '--help'] : argv;
}

/** Help that was asked for, which Commander throws where others return. */
export const isHelp = (error: unknown): boolean =>
  error instanceof CommanderError &&
  error.exitCode === 0 &&
  ['commander.helpDisplayed', 'commander.help', 'commander.version'].includes(error.code);

/** What was run, for messages about it. */
export interface CommandLine {
  readonly program: Command;
  readonly argv: readonly string[];
  readonly commands: CommandTable;
}

/** The group, or the program, that a line calls without one of its commands; null where it names one. */
export function groupCalled(error: unknown, line: CommandLine): Command | null {
  if (!(error instanceof CommanderError) || error.code !== 'commander.help') return null;
  const command = pathOf(line).at(-1) ?? line.program;
  return command === line.program || isGroup(command) ? command : null;
}

/** What Commander refuses a line for, as USAGE or COMMAND_UNKNOWN; any other error as it is. */
export function asUsage(thrown: unknown, line: CommandLine): unknown {
  const error = misspelt(thrown, line);
  if (!(error instanceof CommanderError)) return error;
  const name = commandName(line.argv);
  const path = pathOf(line)
    .map((one) => one.name())
    .join(' ');
  if (name !== undefined && Object.hasOwn(line.commands, name))
    return new PlimsollError('USAGE', { reason: reasonOf(error, path, line), command: path });
  if (name === undefined && groupCalled(error, line) !== null)
    return new PlimsollError('COMMAND_UNKNOWN', { reason: 'no command is given' });
  if (name === undefined || !existsSync(name))
    return new PlimsollError('COMMAND_UNKNOWN', { reason: textOf(error) });
  const guess = `"${name}" is a file, not a command (did you mean "serve ${name}"?)`;
  return new PlimsollError('COMMAND_UNKNOWN', { reason: guess });
}

function reasonOf(error: CommanderError, path: string, line: CommandLine): string {
  const group = groupCalled(error, line);
  if (group === null) return textOf(error);
  return `"${path}" is a group of commands: name one of them`;
}

const textOf = ({ message }: CommanderError): string =>
  message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');

/** The commands that a line names, from the outermost on: `rollout`, `start`. */
function pathOf({ program, argv }: CommandLine): readonly Command[] {
  const path: Command[] = [];
  const words = argv.slice(Math.max(0, commandAt(argv))).filter((word) => !word.startsWith('-'));
  for (const word of words) {
    const next = (path.at(-1) ?? program).commands.find((one) => one.name() === word);
    if (next === undefined) break;
    path.push(next);
  }
  return path;
}

/** Where an option is missing since it was misspelt, the misspelling is what is wrong; Commander looks for it afterwards. */
function misspelt(error: unknown, line: CommandLine): unknown {
  const leaf = pathOf(line).at(-1);
  if (!(error instanceof CommanderError) || error.code !== MISSING_OPTION || leaf === undefined) return error;
  for (const option of leaf.options) option.mandatory = false;
  leaf.action(() => undefined);
  try {
    line.program.parse(line.argv, { from: 'user' });
    return error;
  } catch (other) {
    return other instanceof CommanderError && other.code === UNKNOWN_OPTION ? other : error;
  }
}

const MISSING_OPTION = 'commander.missingMandatoryOptionValue';
const UNKNOWN_OPTION = 'commander.unknownOption';
