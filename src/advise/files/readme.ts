/** The page of the folder: what was advised, what is in it, what starts it, what is left to a person. Pure. */
import type { AdvisedCommand, AdvisedFile, AdvisedFiles, Blueprint } from './blueprint.ts';

interface Group extends AdvisedFiles {
  readonly title: string;
}

export function readmeFile({ pattern, name, reasons }: Blueprint, groups: readonly Group[]): AdvisedFile {
  const text = [
    `# ${name}: ${pattern}`,
    '',
    ...(reasons.length === 0 ? [] : [...reasons.map((reason) => `- ${reason}`), '']),
    'Commands run in this folder.',
    ...groups.flatMap(groupLines),
    '',
  ].join('\n');
  return { name: 'README.md', text, does: 'what was advised, and how it is started' };
}

const groupLines = ({ title, files, commands, fill }: Group): readonly string[] => [
  '',
  `## ${title}`,
  ...(files.length === 0 ? [] : ['', ...files.map(({ name, does }) => `- \`${name}\`: ${does}`)]),
  ...(commands.length === 0 ? [] : ['', '```sh', ...aligned(commands), '```']),
  ...(fill.length === 0
    ? []
    : ['', 'Before it goes to production, fill in:', '', ...fill.map((line) => `- ${line}`)]),
];

/** Commands with what they do behind them. */
function aligned(commands: readonly AdvisedCommand[]): readonly string[] {
  return commands.flatMap(({ run, does }) => [`# ${does}`, run]);
}
