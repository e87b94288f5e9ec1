import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { EXIT, PlimsollError } from '../core/errors.ts';
import type { Commands } from './commands.ts';
import { Terminal } from './terminal.ts';

/** Runs one command line (`process.argv` without node and script) of a program with these commands, and sets the exit code. */
export async function runProgram(argv: readonly string[], commands: Commands): Promise<void> {
  endWithParent();
  endWithReader();
  // After `--` come files, whatever they are called.
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const terminal = new Terminal({ json: options.includes('--json'), quiet: options.includes('--quiet') });
  const name = commandName(argv);
  try {
    const program = await programFor(name, terminal, commands);
    if (name === undefined && argv.length === 0) program.help();
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = isHelp(error)
      ? EXIT.done
      : terminal.fail(asUsage(error, name, commands), name ?? 'the command');
  }
}

/** First word that is neither an option nor the value of a global one. */
function commandName(argv: readonly string[]): string | undefined {
  return argv.find((word, i) => !word.startsWith('-') && argv[i - 1] !== '--data');
}

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

function asUsage(error: unknown, name: string | undefined, commands: Commands): unknown {
  if (!(error instanceof CommanderError)) return error;
  const known = name !== undefined && Object.hasOwn(commands, name);
  // Help that nobody asked for: a group of commands was called without one of them.
  if (known && error.code === 'commander.help')
    return new PlimsollError('USAGE', {
      reason: `"${name}" is a group of commands, one of them was wanted`,
      command: name,
    });
  const reason = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
  if (known) return new PlimsollError('USAGE', { reason, command: name });
  if (name === undefined || !existsSync(name)) return new PlimsollError('COMMAND_UNKNOWN', { reason });
  const guess = `"${name}" is a file, not a command (did you mean "serve ${name}"?)`;
  return new PlimsollError('COMMAND_UNKNOWN', { reason: guess });
}

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
