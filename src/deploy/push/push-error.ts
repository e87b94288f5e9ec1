/** What a registry says when it says no, as coded errors. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { TransportResponse } from './transport.ts';

const MAX_SHOWN = 300;
const MAX_ERRORS = 5;
/** What may be over in a minute. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

export const isTransientStatus = (status: number): boolean => PASSING.has(status);

/** Codes of distribution-spec ("Error Codes") with their messages; else the first words of the body. */
export function saidBy({ status, body }: TransportResponse): string {
  const errors = errorsOf(body.toString('utf8', 0, 65_536));
  const text = errors ?? shown(body.toString('utf8', 0, 1024));
  return text === '' ? `status ${status}` : `status ${status}, ${text}`;
}

/** Whether one of its errors has that code. */
export const saysCode = ({ body }: TransportResponse, code: string): boolean =>
  (listOf(body.toString('utf8', 0, 65_536)) ?? []).some((one) => one['code'] === code);

function errorsOf(text: string): string | null {
  const list = listOf(text);
  if (list === null || list.length === 0) return null;
  const lines = list.slice(0, MAX_ERRORS).map(({ code, message, detail }) => {
    const more = typeof detail === 'string' ? ` (${detail})` : '';
    return `${String(code)}: ${typeof message === 'string' ? message : ''}${more}`;
  });
  return shown(lines.join('; '));
}

function listOf(text: string): readonly Readonly<Record<string, unknown>>[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    const errors = isRecord(parsed) ? parsed['errors'] : null;
    return Array.isArray(errors) ? errors.filter(isRecord) : null;
  } catch {
    return null;
  }
}

const shown = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN);

/** The error for an answer that is no success and is not tried again. */
export function pushErrorOf(answer: TransportResponse, action: string, where: string): PlimsollError {
  const details = { action, where, said: saidBy(answer) };
  if (answer.status === 401 || answer.status === 403) return new PlimsollError('REGISTRY_DENIED', details);
  if (isTransientStatus(answer.status))
    return new PlimsollError('REGISTRY_UNREACHABLE', { action, where, reason: details.said });
  return new PlimsollError('REGISTRY_REFUSED', details);
}

export const protocolError = (where: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('REGISTRY_INVALID', { where, found, wanted });
