/** One command of a ```console block and what it prints. */
export interface Example {
  readonly line: number;
  /** Without the trailing `&` of a command that keeps running. */
  readonly command: string;
  readonly background: boolean;
  readonly expected: readonly string[];
}

/**
 * Commands of all ```console blocks of a Markdown text, in order. A line `$ command` starts one (a `\` at its end
 * continues it on the next line); the lines up to the next are its output.
 */
export function examplesOf(markdown: string): Example[] {
  const lines = markdown.split('\n');
  const examples: { line: number; command: string; background: boolean; expected: string[] }[] = [];
  let inside = false;
  let continued = false;
  for (const [index, line] of lines.entries()) {
    if (/^\s*```/.test(line)) {
      inside = !inside && line.trim() === '```console';
      continued = false;
    } else if (inside && continued) {
      examples.at(-1)!.command += `\n${line}`;
      continued = line.endsWith('\\');
    } else if (inside && line.startsWith('$ ')) {
      examples.push({ line: index + 1, command: line.slice(2), background: false, expected: [] });
      continued = line.endsWith('\\');
    } else if (inside) {
      examples.at(-1)?.expected.push(line);
    }
  }
  return examples.map(({ command, expected, ...rest }) => ({
    ...rest,
    command: command.replace(/\s*&$/, ''),
    background: /[^&]&$/.test(command),
    expected: trimmed(expected),
  }));
}

const trimmed = (lines: readonly string[]): string[] =>
  lines
    .join('\n')
    .replace(/^\n+|\s+$/g, '')
    .split('\n')
    .filter((line, _, all) => all.length > 1 || line !== '');

/** Whether `output` is what was written down: `…` stands for anything in a line, a line `…` for any lines. */
export function matches(output: string, expected: readonly string[]): boolean {
  if (expected.length === 0) return output.trim() === '';
  const pattern = expected.map((line) =>
    line.trim() === '…' ? '[\\s\\S]*?' : `${line.split('…').map(escaped).join('.*')}[ \\t]*\\n`,
  );
  return new RegExp(`^${pattern.join('')}$`).test(`${output.replace(/\s+$/, '')}\n`);
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
