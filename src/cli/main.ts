import { COMMANDS } from './commands.ts';
import { runProgram } from './program.ts';

/** Runs one command line (`process.argv` without node and script) and sets the exit code. */
export const main = (argv: readonly string[]): Promise<void> => runProgram(argv, COMMANDS);
