import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { type CommandTable, ignoreGlobalOptions } from './command.ts';
import { HELP_CONFIGURATION } from './command-help.ts';
import { exampleText } from './group.ts';
import type { Terminal } from './output/terminal.ts';

/** The program with the wanted command in full, and the others as names for help and suggestions. */
export async function commandTree(
  wanted: string | undefined,
  terminal: Terminal,
  table: CommandTable,
): Promise<Command> {
  const program = silent(new Command('plimsoll'))
    .description(packageJson.description)
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option('--json', 'print one JSON document on stdout, logs on stderr')
    .option('--data <dir>', 'data folder of Plimsoll', process.env['PLIMSOLL_DATA'] ?? '.plimsoll')
    .option('--quiet', 'print nothing but the answer')
    .configureHelp(HELP_CONFIGURATION)
    .addHelpText(
      'after',
      `${exampleText(['plimsoll serve model.joblib', 'plimsoll inspect model.joblib'])}\n`,
    );
  const all = wanted !== undefined && Object.hasOwn(table, wanted) && table[wanted]?.needsAll === true;
  for (const [name, { summary, load, ignores }] of Object.entries(table)) {
    const command = silent(program.command(name)).summary(summary).helpOption('-h, --help', 'show help');
    if (all || name === wanted) (await load())(ignoreGlobalOptions(command, ignores), terminal);
  }
  return program;
}

/** Commander throws instead of exiting, and leaves printing errors to `Terminal.fail`. */
function silent(command: Command): Command {
  return command.exitOverride().configureOutput({ writeErr: () => undefined, outputError: () => undefined });
}
