import { ERRORS } from '../../src/core/errors.ts';
import { withoutComments } from './imports.ts';
import { isTest, listFiles, type Problem, report, type SourceFile } from './project.ts';

interface ErrorRow {
  readonly message: string;
  readonly hint: string;
  readonly http: number;
  readonly exit: number;
}

/** Where the rows are, one file a part of the program. */
const TABLE = 'src/core/error-rows/';

/**
 * The table of errors against the sources: every row is thrown somewhere, every row has a message that names what
 * failed and a hint with the next step, and statuses that clients know. (That only codes of the table are thrown is
 * the compiler's work; that docs/errors.md lists them all is the check of generated files.)
 */
export function checkErrors(
  rows: Readonly<Record<string, ErrorRow>>,
  files: readonly SourceFile[],
): Problem[] {
  const sources = files
    .filter(({ path }) => !path.startsWith(TABLE) && !isTest(path))
    .map(({ text }) => withoutComments(text));
  return Object.entries(rows).flatMap(([code, row]) => {
    const thrown = new RegExp(`['"\`]${code}['"\`]`);
    const complaints = [
      sources.some((text) => thrown.test(text)) ? null : 'is thrown nowhere: use it or delete its row',
      /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code) ? null : 'is not in capitals and underscores',
      row.message.trim() === '' ? 'has no message' : null,
      row.hint.trim() === '' ? 'has no hint with the next step' : null,
      row.message.endsWith('.') || row.hint.endsWith('.') ? 'ends in a full stop' : null,
      row.http >= 400 && row.http < 600 ? null : `answers HTTP ${row.http}, which is not an error`,
      row.exit >= 1 && row.exit <= 4 ? null : `exits with ${row.exit}, which the contract does not know`,
    ];
    return complaints.flatMap((message) =>
      message === null ? [] : [{ file: TABLE, message: `${code} ${message}` }],
    );
  });
}

if (import.meta.main)
  report('errors', checkErrors(ERRORS, [...listFiles('src', '.ts'), ...listFiles('bin', '.js')]));
