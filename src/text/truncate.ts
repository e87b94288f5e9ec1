/** Texts that are too long for a message or a cell. Pure. */

/** Text cut to `width` characters, the last of them an ellipsis. */
export const truncate = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;
