/** Lines of a requirements file as pip joins and strips them, and those that are refused whatever they say. Pure. */

/** What is left of a line, or of several that are continued by a backslash. */
export interface RequirementLine {
  /** Number of the first one, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Without comments and empty lines; continued lines are one (pip's `join_lines` and `ignore_comments`). */
export function unescapedLines(text: string): readonly RequirementLine[] {
  const joined: RequirementLine[] = [];
  let parts: string[] = [];
  let first = 0;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const isComment = /^\s*#/.test(raw);
    const continued = raw.endsWith('\\') && !isComment;
    if (parts.length === 0) first = index + 1;
    // A comment ends what is continued.
    parts.push(isComment ? ` ${raw}` : continued ? raw.slice(0, -1) : raw);
    if (continued) continue;
    joined.push({ line: first, text: parts.join('') });
    parts = [];
  }
  if (parts.length > 0) joined.push({ line: first, text: parts.join('') });
  return joined
    .map(({ line, text: content }) => ({ line, text: content.replace(/(^|\s)#.*$/, '').trim() }))
    .filter(({ text: content }) => content !== '');
}

const REACHING: readonly (readonly [RegExp, string])[] = [
  [/^(-r|--requirement)\b/, 'it takes in another file: put its lines here'],
  [/^(-c|--constraint)\b/, 'it takes in another file: put its versions here'],
  [
    /^(-e|--editable)\b/,
    'it installs a folder of the machine it was written on: give the module with --code',
  ],
  [
    /^(-i|--index-url|--extra-index-url|-f|--find-links|--no-index|--trusted-host)\b/,
    'a file that comes with a model must not choose where packages come from: set the index on this machine (UV_INDEX, uv.toml)',
  ],
  [/^-/, 'it is an option, only packages are read here'],
  [
    /^[A-Za-z0-9._-]+\s*(?:\[[^\]]*\]\s*)?@/,
    'it takes the package from an address of its own: give its version (==), or the module with --code',
  ],
  [/^[A-Za-z][A-Za-z0-9+.-]*:/, 'it is an address, the name of a package and its version was wanted'],
  [
    /^[.~/\\]|^[A-Za-z]:\\|^[^=<>!~;\s]*[/\\]|\.(whl|zip|tar\.gz|tgz|tar\.bz2)\s*$/,
    'it is a file or folder, the name of a package and its version was wanted',
  ],
  [/\$\{/, 'it takes in a variable of the machine'],
];

/** Why a line is refused that reaches for anything but a package of the index, or null. */
export const optionProblem = (text: string): string | null =>
  REACHING.find(([pattern]) => pattern.test(text))?.[1] ?? null;
