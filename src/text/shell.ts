/** Words of commands that people copy into a shell. Pure. */

/** A word in single quotes, for sh, bash and zsh. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The same, without quotes where it needs none. */
export const shellWord = (word: string): string => (/^[\w./=:@%+-]+$/.test(word) ? word : shellQuoted(word));
