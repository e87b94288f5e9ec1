import { CONTROL_AREAS } from './error-rows/control.ts';
import { DEPLOY_AREAS } from './error-rows/deploy.ts';
import { GENERAL_AREAS } from './error-rows/general.ts';
import { JOBS_AREAS } from './error-rows/jobs.ts';
import { MODELS_AREAS } from './error-rows/models.ts';
import type { ErrorRow } from './error-rows/row.ts';

/** Coded errors by area; `docs/errors.md` is generated from this table. */
export const ERROR_AREAS = {
  ...GENERAL_AREAS,
  ...MODELS_AREAS,
  ...CONTROL_AREAS,
  ...JOBS_AREAS,
  ...DEPLOY_AREAS,
} as const;

type Rows = { [Area in keyof typeof ERROR_AREAS]: keyof (typeof ERROR_AREAS)[Area] };
export type ErrorCode = Rows[keyof Rows];

/**
 * The one table of coded errors. A code is never reused; its message states the action, the subject, a colon,
 * what is there and what was wanted.
 */
export const ERRORS: Readonly<Record<ErrorCode, ErrorRow>> = Object.assign({}, ...Object.values(ERROR_AREAS));

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);
export type ErrorDetails = Readonly<Record<string, unknown>>;

const MARK = Symbol.for('plimsoll.error');

const fill = (text: string, details: ErrorDetails): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, key: string) => (key in details ? String(details[key]) : whole));

/** Details as JSON has them: an integer that a double cannot hold is told by its digits. */
const plain = (details: ErrorDetails): ErrorDetails =>
  Object.values(details).some((value) => typeof value === 'bigint')
    ? Object.fromEntries(
        Object.entries(details).map(([key, value]) => [key, typeof value === 'bigint' ? `${value}` : value]),
      )
    : details;

/** A coded error; crosses workers and wires as `{ code, message, hint, details }`. */
export class PlimsollError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly [MARK] = true;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(fill(ERRORS[code].message, details), options);
    this.name = 'PlimsollError';
    this.code = code;
    this.details = plain(details);
  }

  get hint(): string {
    return fill(ERRORS[this.code].hint, this.details);
  }
  get http(): number {
    return ERRORS[this.code].http;
  }
  get exit(): number {
    return ERRORS[this.code].exit;
  }

  toJSON(): { code: ErrorCode; message: string; hint: string; details: ErrorDetails } {
    return { code: this.code, message: this.message, hint: this.hint, details: this.details };
  }

  /** Rebuilds an error that crossed a worker or a wire. */
  static from(json: { code: ErrorCode; details: ErrorDetails }): PlimsollError {
    return new PlimsollError(json.code, json.details);
  }
}

/** Marker check that also holds across realms and copies of this module. */
export const isPlimsollError = (value: unknown): value is PlimsollError =>
  typeof value === 'object' && value !== null && MARK in value;

/** Exhaustiveness guard for tagged unions. */
export function assertNever(value: never): never {
  throw new PlimsollError('INTERNAL', {
    action: 'a case distinction',
    reason: `unexpected ${JSON.stringify(value)}`,
  });
}
