/** Tokens of OpenID Connect as old kubeconfigs keep them (client-go, plugin/pkg/client/auth/oidc): renewed where they may be. */
import { isRecord } from '../../../../core/record.ts';
import { liveValueAt } from '../live.ts';
import type { EntryFields } from './entry.ts';
import { requestJson } from './exchange.ts';

export interface IdToken {
  readonly token: string;
  /** Renews it; a provider may give another one each time. */
  readonly refresh: string | null;
}

/** The one at hand while it holds, else one that is asked for. Throws an Error where neither can be. */
export async function idTokenOf(held: IdToken | null, config: EntryFields, now: number): Promise<IdToken> {
  const text = (key: string): string | null => (typeof config[key] === 'string' ? config[key] : null);
  const current = held?.token ?? text('id-token');
  if (current !== null && expiryOf(current) > now) return { token: current, refresh: held?.refresh ?? null };
  const refresh = held?.refresh ?? text('refresh-token');
  const [issuer, client] = [text('idp-issuer-url'), text('client-id')];
  if (refresh === null || issuer === null || client === null)
    throw new Error('the id-token of auth-provider "oidc" has run out, and nothing says how to renew it');
  const ca = text('idp-certificate-authority-data');
  const authority = ca === null ? {} : { ca: Buffer.from(ca, 'base64').toString('utf8') };
  const discovery = new URL(`${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`);
  const endpoint = (await requestJson(discovery, { method: 'GET', ...authority })).body['token_endpoint'];
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint))
    throw new Error(`${discovery.href} names no token_endpoint`);
  const form = new URLSearchParams({
    ...{ grant_type: 'refresh_token', refresh_token: refresh, client_id: client },
    ...(text('client-secret') === null ? {} : { client_secret: text('client-secret')! }),
  });
  const answer = await requestJson(new URL(endpoint), {
    ...{ method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, ...authority },
    body: form.toString(),
  });
  const { id_token: token, refresh_token: next } = answer.body;
  if (typeof token !== 'string')
    throw new Error(
      `${endpoint} answers no id_token: ${String(answer.body['error'] ?? `HTTP ${answer.status}`)}`,
    );
  return { token, refresh: typeof next === 'string' ? next : refresh };
}

/** Milliseconds since 1970; 0 where it does not say. The server checks the signature, not we. */
function expiryOf(token: string): number {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const expiry = isRecord(payload) ? liveValueAt(payload, 'exp') : null;
    return typeof expiry === 'number' ? expiry * 1000 : 0;
  } catch {
    return 0;
  }
}
