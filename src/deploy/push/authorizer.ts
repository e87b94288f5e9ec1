/** Answers what a registry challenges with; keeps the tokens of each scope until they run out. */
import { PlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { isRecord } from '../../core/record.ts';
import type { AuthChallenge } from './auth-challenge.ts';
import type { RegistryCredentials } from './credentials.ts';
import { isTransientStatus, protocolError, saidBy } from './push-error.ts';
import { NoAnswer, replayableBodyOf, type TransportRequest, type TransportResponse } from './transport.ts';

/** Where a token says no time (https://distribution.github.io/distribution/spec/auth/token/). */
const DEFAULT_SECONDS = 60;
/** A token that is about to run out is not used any more. */
const MARGIN_MILLIS = 10_000;
const TOKEN_BYTES_MAX = 65_536;
const CLIENT = 'plimsoll';

export interface AuthorityOptions {
  /** As messages name it. */
  readonly registry: string;
  readonly credentials: () => Promise<RegistryCredentials | null>;
  readonly clock: Clock;
  /** Sends it once; throws NoAnswer. */
  readonly send: (sent: TransportRequest) => Promise<TransportResponse>;
  /** Whether passwords may go to this address without TLS. */
  readonly mayBePlain: (url: URL) => boolean;
}

export class RegistryAuthorizer {
  readonly #options: AuthorityOptions;
  readonly #tokens = new Map<string, { readonly header: string; readonly until: number }>();
  #challenge: AuthChallenge | null = null;
  #credentials: Promise<RegistryCredentials | null> | undefined;

  constructor(options: AuthorityOptions) {
    this.#options = options;
  }

  /** What to send in `Authorization` for these scopes, as far as is known: null before the first challenge. */
  async header(scopes: readonly string[]): Promise<string | null> {
    if (this.#challenge === null) return null;
    if (this.#challenge.scheme === 'basic') return this.#basic();
    const kept = this.#tokens.get(scopes.join(' '));
    if (kept !== undefined && this.#options.clock.now() < kept.until) return kept.header;
    return this.#token(this.#challenge, scopes);
  }

  /** Another challenge has come: what was kept for these scopes does not hold. */
  learn(challenge: AuthChallenge, scopes: readonly string[]): void {
    this.#challenge = challenge;
    this.#tokens.delete(scopes.join(' '));
  }

  async #basic(): Promise<string | null> {
    const found = await this.#found();
    if (found === null) return null;
    if (found.kind === 'identity')
      throw this.#denied('it wants a user and a password, and an identity token is there');
    return basicHeader(found);
  }

  #found(): Promise<RegistryCredentials | null> {
    this.#credentials ??= this.#options.credentials();
    return this.#credentials;
  }

  async #token(
    { realm, service }: AuthChallenge & { scheme: 'bearer' },
    scopes: readonly string[],
  ): Promise<string> {
    const { registry, clock, mayBePlain } = this.#options;
    if (!URL.canParse(realm)) throw protocolError(registry, `"${realm}" as realm`, 'a URL');
    const url = new URL(realm);
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && mayBePlain(url)))
      throw new PlimsollError('REGISTRY_INSECURE', {
        where: registry,
        reason: `it sends for tokens to ${url.origin}, without TLS`,
      });
    const answer = await this.#options.send(tokenRequest(url, service, scopes, await this.#found()));
    const refusal = `${url.host} gives no token: ${saidBy(answer)}`;
    if (isTransientStatus(answer.status))
      throw new NoAnswer('network', refusal, answer.headers['retry-after']);
    if (answer.status !== 200) throw this.#denied(refusal);
    const { token, seconds } = tokenOf(answer.body, url.host);
    const until = clock.now() + seconds * 1000 - MARGIN_MILLIS;
    const header = `Bearer ${token}`;
    this.#tokens.set(scopes.join(' '), { header, until });
    return header;
  }

  #denied(said: string): PlimsollError {
    return new PlimsollError('REGISTRY_DENIED', {
      action: 'log in to',
      where: this.#options.registry,
      said,
    });
  }
}

/** A refresh token is posted in a form; whoever has a password, or nothing, asks with GET. */
function tokenRequest(
  realm: URL,
  service: string | null,
  scopes: readonly string[],
  credentials: RegistryCredentials | null,
): TransportRequest {
  const fields = new URLSearchParams(service === null ? {} : { service });
  if (credentials?.kind !== 'identity') {
    const url = new URL(realm);
    for (const [name, value] of fields) url.searchParams.set(name, value);
    for (const scope of scopes) url.searchParams.append('scope', scope);
    const headers = credentials === null ? {} : { authorization: basicHeader(credentials) };
    return { method: 'GET', url, headers, limit: TOKEN_BYTES_MAX };
  }
  fields.set('grant_type', 'refresh_token');
  fields.set('client_id', CLIENT);
  fields.set('scope', scopes.join(' '));
  fields.set('refresh_token', credentials.token);
  const bytes = Buffer.from(fields.toString());
  return {
    method: 'POST',
    url: realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: replayableBodyOf(bytes),
    limit: TOKEN_BYTES_MAX,
  };
}

function tokenOf(body: Buffer, host: string): { token: string; seconds: number } {
  let said: unknown;
  try {
    said = JSON.parse(body.toString('utf8'));
  } catch {
    said = null;
  }
  const { token, access_token, expires_in } = isRecord(said) ? said : {};
  const found = typeof token === 'string' && token !== '' ? token : access_token;
  // A line break in it would be another header.
  if (typeof found !== 'string' || !/^[\x21-\x7e]+$/.test(found))
    throw protocolError(host, 'an answer without a token', '"token" or "access_token"');
  const isTime = typeof expires_in === 'number' && expires_in > 0;
  return { token: found, seconds: isTime ? Math.min(expires_in, 86_400) : DEFAULT_SECONDS };
}

const basicHeader = ({ user, password }: RegistryCredentials & { kind: 'password' }): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
