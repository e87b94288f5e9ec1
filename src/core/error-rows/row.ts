export interface ErrorRow {
  /** Text with `{name}` placeholders filled from `details`. */
  readonly message: string;
  readonly http: number;
  readonly exit: number;
  /** What the reader can do next; placeholders as in `message`. */
  readonly hint: string;
}

/** Rows by the area that a reader looks in: headings of docs/errors.md. */
export type ErrorAreas = Readonly<Record<string, Readonly<Record<string, ErrorRow>>>>;

/** A row: HTTP status, exit code, message, hint. */
export const row = (http: number, exit: number, message: string, hint: string): ErrorRow => ({
  message,
  http,
  exit,
  hint,
});
