import { resolve } from 'node:path';
import type { Command } from 'commander';

/** Options whose values are paths: the server runs in another folder. */
const PATHS: ReadonlySet<string> = new Set(['--code', '--requirements', '--script', '--preprocessor']);

/** What is said of the model file, as words of a command line; they are there once the line of the command has been read. */
export function saidOfModel(command: Command): readonly string[] {
  const words: string[] = [];
  for (const option of command.options) {
    const { long } = option;
    if (option.helpGroupHeading !== 'Model Options:' || !long) continue;
    command.on(`option:${option.name()}`, (value: string | null) => {
      words.push(long, ...(value === null ? [] : [PATHS.has(long) ? resolve(value) : value]));
    });
  }
  return words;
}
