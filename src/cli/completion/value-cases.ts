/** Cases of a shell script that are written alike in bash and zsh. Pure. */
import { shellQuoted } from '../../text/shell.ts';
import type { CompletionCommand, CompletionValue } from './tree.ts';

/** Branches by command and option before the word that is completed; `valueText` says of a value what the shell is to offer. */
export const valueCases = (
  { path, options }: CompletionCommand,
  valueText: (value: CompletionValue) => string,
): readonly string[] =>
  options.flatMap(({ flags, value, takesWord }) => {
    if (value === null || !takesWord) return [];
    // What the program takes, each of its commands takes.
    const patterns = flags.map((flag) => `${path === '' ? '*' : ''}${shellQuoted(`${path} ${flag}`)}`);
    return [`    ${patterns.join(' | ')}) ${valueText(value)} ;;`];
  });
