import type { Command } from 'commander';
import { EXIT } from '../core/exit-codes.ts';
import type { CommandTable } from './command.ts';
import { asUsage, commandName, groupCalled, isHelp, withoutHelpCommand } from './command-line.ts';
import { commandTree } from './command-tree.ts';
import { Terminal } from './output/terminal.ts';

/** Runs one command line (`process.argv` without node and script) of a program with these commands, and sets the exit code. */
export async function runCommandLine(words: readonly string[], commands: CommandTable): Promise<void> {
  endWithParent();
  endWithReader();
  const argv = withoutHelpCommand(words);
  // After `--` come files, whatever they are called.
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  const terminal = new Terminal({ json: options.includes('--json'), quiet: options.includes('--quiet') });
  const name = commandName(argv);
  try {
    await parsed(await commandTree(name, terminal, commands), argv, commands, terminal);
  } catch (error) {
    process.exitCode = isHelp(error) ? EXIT.done : terminal.fail(error, name ?? 'the command');
  }
}

/** Does what a line says. Throws USAGE and COMMAND_UNKNOWN, help that was asked for, and what the command throws. */
async function parsed(
  program: Command,
  argv: readonly string[],
  commands: CommandTable,
  terminal: Terminal,
): Promise<void> {
  const name = commandName(argv);
  try {
    if (argv.length === 0) program.help();
    // Of a word that is no command it matters that it is none, whatever is asked of it (`--help`, too).
    const isUnknown = name !== undefined && !Object.hasOwn(commands, name);
    await program.parseAsync(isUnknown ? [name] : argv, { from: 'user' });
  } catch (error) {
    if (isHelp(error)) throw error;
    const line = { program, argv, commands };
    // Its commands are the answer to whoever called it alone; that none was named is still wrong usage.
    if (!terminal.json) groupCalled(error, line)?.outputHelp();
    throw asUsage(error, line);
  }
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
