interface ErrorRow {
  readonly message: string;
  readonly hint: string;
  readonly http: number;
  readonly exit: number;
}

const HEAD = `<!-- Generated from src/core/error-rows by \`npm run ok:generated:fix\`. -->
# Errors

Every error has a code that never changes its meaning, a message that says what failed on what, and a hint with the
next step. Over HTTP it is \`{"error": {"code", "message", "hint", "details"}}\` (each protocol wraps it in its own way);
on the command line it is printed, or given as that document with \`--json\`. Words in braces are filled in from \`details\`.

| code | message | what to do | HTTP | exit |
|---|---|---|---|---|
`;

/** docs/errors.md: the table of errors as people read it. */
export const errorsPage = (rows: Readonly<Record<string, ErrorRow>>): string =>
  HEAD +
  Object.entries(rows)
    .map(
      ([code, { message, hint, http, exit }]) =>
        `| \`${code}\` | ${cell(message)} | ${cell(hint)} | ${http} | ${exit} |\n`,
    )
    .join('');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
