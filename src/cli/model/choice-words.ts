/** What was chosen of a file, as words of a command. Pure. */

import { choicesOf, type ReadingChoices } from '../../model/reading-choices.ts';
import { shellWord } from '../../text/shell.ts';

/** The options that say what was chosen of a file, each with a blank in front, to be written behind it in a command. */
export const choiceWords = (choices: ReadingChoices): string =>
  Object.entries(choicesOf(choices))
    // A document has no place in a command: its file is beside the model, or is named again.
    .filter(([name]) => name !== 'preprocessor')
    .map(([name, value]) => ` --${name} ${shellWord(String(value))}`)
    .join('');
