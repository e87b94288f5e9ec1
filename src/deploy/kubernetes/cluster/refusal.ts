import { PlimsollError } from '../../../core/errors.ts';
import { isRecord } from '../../../core/record.ts';
import type { ResourceKey } from '../../plan/port.ts';
import { KUBERNETES_KINDS } from '../kinds.ts';
import type { ApiAnswer } from './api.ts';
import { conflictsOf } from './live.ts';

/** What an answer that is no success means. Pure. */
export function refusal(
  { status, body }: ApiAnswer,
  action: string,
  { kind, name }: ResourceKey,
): PlimsollError {
  const conflicts = conflictsOf(body);
  if (conflicts.length > 0) {
    const list = conflicts.map(({ field, manager }) => `${field}: ${manager}`);
    return new PlimsollError('KUBERNETES_CONFLICT', { kind, name, conflicts: list.join(', '), list });
  }
  const said = typeof body['message'] === 'string' ? body['message'] : `HTTP ${status}`;
  const from = KUBERNETES_KINDS[kind]?.from;
  // A namespace that is not there is a 404, too, but says of what.
  const isNamed = isRecord(body['details']) && typeof body['details']['name'] === 'string';
  if (status === 404 && from != null && !isNamed)
    return new PlimsollError('CLOUD_REFUSED', {
      action,
      reason: `the cluster does not know ${kind}: install ${from}, or leave it out`,
    });
  if (status === 403) {
    const code = /exceeded quota/.test(said) ? 'CLOUD_QUOTA' : 'CLOUD_DENIED';
    return new PlimsollError(code, { action, reason: said });
  }
  if (status === 429 || status >= 500)
    return new PlimsollError('CLOUD_UNREACHABLE', { action, reason: said });
  return new PlimsollError('CLOUD_REFUSED', { action, reason: said });
}
