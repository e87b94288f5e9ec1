import { COMMANDS } from './commands.ts';
import { runCommandLine } from './program.ts';

/** Runs one command line (`process.argv` without node and script) and sets the exit code. */
export const main = (argv: readonly string[]): Promise<void> => runCommandLine(argv, COMMANDS);
