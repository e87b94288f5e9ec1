import type { ErrorAreas } from '../../src/core/error-rows/row.ts';

const HEAD = `<!-- Generated from src/core/error-rows by \`npm run ok:generated:fix\`. -->
# Errors

Every error has a code that never changes its meaning, a message that says what failed on what, and a hint with the
next step. Over HTTP it is \`{"error": {"code", "message", "hint", "details"}}\` (each protocol wraps it in its own way);
on the command line it is printed, or given as that document with \`--json\`. Words in braces are filled in from \`details\`.

Codes stand by area, in alphabetical order; \`errors.md#CODE\` is the address of each.
`;

const COLUMNS = `| code | message | what to do | HTTP | exit |
|---|---|---|---|---|
`;

/** docs/errors.md: the table of errors as people read it, a section an area, with an anchor a code. */
export const errorsPage = (areas: ErrorAreas): string =>
  `${HEAD}\n${Object.keys(areas).map(contentsRow).join('')}${Object.entries(areas).map(section).join('')}`;

const contentsRow = (title: string): string => `- [${title}](#${slug(title)})\n`;

/** The anchor that renderers of GitHub's Markdown give a heading. */
const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

const section = ([title, rows]: [string, ErrorAreas[string]]): string =>
  `\n## ${title}\n\n${COLUMNS}${Object.entries(rows)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([code, { message, hint, http, exit }]) =>
        `| <a id="${code}"></a>\`${code}\` | ${cell(message)} | ${cell(hint)} | ${http} | ${exit} |\n`,
    )
    .join('')}`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
