/** Headers that go with a refusal, whatever words it is written in. Pure. */
import type { PlimsollError } from '../../core/errors.ts';

/** Names and values in turn. */
export function errorHeaders({ code, http, details }: PlimsollError): string[] {
  const headers: string[] = [];
  if (code === 'METHOD_NOT_ALLOWED') headers.push('allow', String(details['allowed']));
  // Browsers ask a person for a key where it may be a password.
  if (http === 401) headers.push('www-authenticate', String(details['challenge'] ?? 'Bearer'));
  // What is left of a slow body is not waited for (RFC 9110 §15.5.9).
  if (http === 408) headers.push('connection', 'close');
  if (http === 503 || http === 429) headers.push('retry-after', String(details['retry'] ?? 1));
  if (code === 'RATE_LIMITED') {
    const { burst, retry } = details;
    headers.push(
      'ratelimit-limit',
      String(burst),
      'ratelimit-remaining',
      '0',
      'ratelimit-reset',
      String(retry),
    );
  }
  return headers;
}
