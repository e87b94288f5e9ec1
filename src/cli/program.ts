import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { EXIT, PlimsollError } from '../core/errors.ts';
import type { Commands } from './commands.ts';
import { Terminal } from './output/terminal.ts';

/** Runs one command line (`process.argv` without node and script) of a program with these commands, and sets the exit code. */
export async function runProgram(words: readonly string[], commands: Commands): Promise<void> {
  endWithParent();
  endWithReader();
  const argv = withoutHelpCommand(words);
  // After `--` come files, whatever they are called.
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const terminal = new Terminal({ json: options.includes('--json'), quiet: options.includes('--quiet') });
  const name = commandName(argv);
  try {
    await parsed(await programFor(name, terminal, commands), argv, commands);
  } catch (error) {
    process.exitCode = isHelp(error) ? EXIT.done : terminal.fail(error, name ?? 'the command');
  }
}

/** Does what a line says. Throws USAGE and COMMAND_UNKNOWN, help that was asked for, and what the command throws. */
async function parsed(program: Command, argv: readonly string[], commands: Commands): Promise<void> {
  const name = commandName(argv);
  try {
    if (argv.length === 0) program.help();
    // Of a word that is no command it matters that it is none, whatever is asked of it (`--help`, too).
    const isUnknown = name !== undefined && !Object.hasOwn(commands, name);
    await program.parseAsync(isUnknown ? [name] : argv, { from: 'user' });
  } catch (error) {
    throw isHelp(error) ? error : asUsage(misspelt(error, program, argv), { program, argv, commands });
  }
}

/** First word that is neither an option nor the value of a global one. */
const commandName = (argv: readonly string[]): string | undefined => argv[commandAt(argv)];

const commandAt = (argv: readonly string[]): number =>
  argv.findIndex((word, i) => !word.startsWith('-') && argv[i - 1] !== '--data');

/** `help package oci` is `package oci --help`: a command is loaded by its own name alone. */
function withoutHelpCommand(argv: readonly string[]): readonly string[] {
  const at = commandAt(argv);
  return argv[at] === 'help' ? [...argv.slice(0, at), ...argv.slice(at + 1), '--help'] : argv;
}

/** Columns that explanations are wrapped to rather than run over the edge. */
const MIN_WIDTH = 24;

/** The program with the wanted command in full and the others as names for help and suggestions. */
async function programFor(
  wanted: string | undefined,
  terminal: Terminal,
  commands: Commands,
): Promise<Command> {
  const program = silent(new Command('plimsoll'))
    .description(packageJson.description)
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option('--json', 'print one JSON document on stdout, logs on stderr')
    .option('--data <dir>', 'where Plimsoll keeps its data', process.env['PLIMSOLL_DATA'] ?? '.plimsoll')
    .option('--quiet', 'print nothing but the answer')
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: MIN_WIDTH })
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll serve model.joblib\n  $ plimsoll inspect model.joblib\n',
    );
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const command = silent(program.command(name)).summary(summary).helpOption('-h, --help', 'show help');
    if (name === wanted) (await load())(command, terminal);
  }
  return program;
}

/** Commander throws instead of exiting, and leaves printing errors to `Terminal.fail`. */
function silent(command: Command): Command {
  return command.exitOverride().configureOutput({ writeErr: () => undefined, outputError: () => undefined });
}

const isHelp = (error: unknown): boolean =>
  error instanceof CommanderError &&
  error.exitCode === 0 &&
  ['commander.helpDisplayed', 'commander.help', 'commander.version'].includes(error.code);

/** What was run, for messages about it. */
interface Line {
  readonly program: Command;
  readonly argv: readonly string[];
  readonly commands: Commands;
}

function asUsage(error: unknown, { program, argv, commands }: Line): unknown {
  if (!(error instanceof CommanderError)) return error;
  const name = commandName(argv);
  const command = pathOf(program, argv).map((one) => one.name());
  const known = name !== undefined && Object.hasOwn(commands, name);
  // Help that nobody asked for: a group of commands was called without one of them.
  if (known && error.code === 'commander.help')
    return new PlimsollError('USAGE', {
      reason: `"${command.join(' ')}" is a group of commands, one of them was wanted`,
      command: command.join(' '),
    });
  const reason = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  if (known) return new PlimsollError('USAGE', { reason, command: command.join(' ') });
  if (name === undefined || !existsSync(name)) return new PlimsollError('COMMAND_UNKNOWN', { reason });
  const guess = `"${name}" is a file, not a command (did you mean "serve ${name}"?)`;
  return new PlimsollError('COMMAND_UNKNOWN', { reason: guess });
}

/** The commands that a line names, from the outermost on: `rollout`, `start`. */
function pathOf(program: Command, argv: readonly string[]): readonly Command[] {
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
function misspelt(error: unknown, program: Command, argv: readonly string[]): unknown {
  const leaf = pathOf(program, argv).at(-1);
  if (!(error instanceof CommanderError) || error.code !== MISSING_OPTION || leaf === undefined) return error;
  for (const option of leaf.options) option.mandatory = false;
  leaf.action(() => undefined);
  try {
    program.parse(argv, { from: 'user' });
    return error;
  } catch (other) {
    return other instanceof CommanderError && other.code === UNKNOWN_OPTION ? other : error;
  }
}

const MISSING_OPTION = 'commander.missingMandatoryOptionValue';
const UNKNOWN_OPTION = 'commander.unknownOption';

/** The launcher of an older Node is this process's parent: when it dies, so does the command. */
function endWithParent(): void {
  if (!process.env['PLIMSOLL_RELAUNCHED'] || process.channel === undefined) return;
  delete process.env['PLIMSOLL_RELAUNCHED'];
  process.channel?.unref();
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}

/** `plimsoll … | head` is no failure. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.done);
  });
}
