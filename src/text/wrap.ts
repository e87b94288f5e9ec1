/** Text in lines that fit. Pure. */

/** Lines of at most `width` characters, broken between words; a word that is longer has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const joined = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && joined.length <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}

/** A paragraph whose first line begins with `head`, and the others below what follows it. */
export function hanging(head: string, text: string, width: number): string {
  const [first = '', ...rest] = wrapped(text, width - head.length);
  const margin = ' '.repeat(head.length);
  return [`${head}${first}`, ...rest.map((line) => `${margin}${line}`)].join('\n');
}
