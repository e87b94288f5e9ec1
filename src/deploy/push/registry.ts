/** A registry as the OCI distribution specification 1.1 has it: requests with what it wants to know of who asks. */
import { PlimsollError } from '../../core/errors.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { challengeOf } from './auth-challenge.ts';
import { RegistryAuthorizer } from './authorizer.ts';
import type { FindCredentials } from './credentials.ts';
import { isTransientStatus, protocolError, saidBy } from './push-error.ts';
import { type ImageReference, isLoopback } from './reference.ts';
import { type RetrySettings, retryRequest, Unwanted } from './retry.ts';
import { NoAnswer, sendOnce, type TransportRequest, type TransportResponse } from './transport.ts';

const REDIRECTS_MAX = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Those that keep the method, whatever it is. */
const KEEPING = new Set([307, 308]);

export interface RegistryOptions {
  readonly credentials: FindCredentials;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether HTTP without TLS will do where there is none; on loopback it does anyway. */
  readonly insecure?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @default six attempts within some 15 s */
  readonly retries?: RetrySettings['retries'];
}

export interface RegistryRequest extends Omit<TransportRequest, 'url' | 'headers' | 'signal'> {
  /** Below `/v2/`, or a whole address that the registry gave. */
  readonly to: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** What it is to be allowed: `repository:NAME:pull,push`. */
  readonly scopes: readonly string[];
}

export class RegistryClient {
  /** As people write it. */
  readonly name: string;
  readonly #base: URL;
  readonly #authority: RegistryAuthorizer;
  readonly #retry: RetrySettings;

  private constructor(name: string, base: URL, authority: RegistryAuthorizer, settings: RetrySettings) {
    this.name = name;
    this.#base = base;
    this.#authority = authority;
    this.#retry = settings;
  }

  /**
   * Finds out how it speaks: with TLS, or without where that will do. Throws REGISTRY_UNREACHABLE, REGISTRY_INSECURE,
   * REGISTRY_INVALID where there is something else.
   */
  static async open({ registry, host }: ImageReference, options: RegistryOptions): Promise<RegistryClient> {
    const probe = (scheme: string): Promise<TransportResponse> =>
      sendOnce({
        method: 'GET',
        url: new URL(`${scheme}://${host}/v2/`),
        headers: {},
        signal: options.signal,
      });
    const isPlainEnough = options.insecure === true || isLoopback(host);
    const answer = await retryRequest(options, { action: 'reach', where: registry }, async () => {
      try {
        return asRegistry(registry, await probe('https'));
      } catch (error) {
        // A certificate that does not hold is no reason to go on without any.
        if (!isPlainEnough || !(error instanceof NoAnswer) || error.kind !== 'network') throw error;
        return asRegistry(registry, await probe('http'));
      }
    });
    const base = new URL('/v2/', answer.url);
    const authority = new RegistryAuthorizer({
      registry,
      credentials: () => options.credentials(registry),
      clock: options.clock,
      send: (sent) => sendOnce({ ...sent, signal: options.signal }),
      mayBePlain: (url) => isPlainFor(base, url),
    });
    const challenge = challengeOf(answer.headers['www-authenticate']);
    if (challenge !== null) authority.learn(challenge, []);
    return new RegistryClient(registry, base, authority, options);
  }

  /** `work` again where what stopped it may be over in a minute. */
  retry<T>(action: string, where: string, work: () => Promise<T>): Promise<T> {
    return retryRequest(this.#retry, { action, where }, work);
  }

  /** One exchange: with a fresh token where the old one has run out, over redirects. Throws NoAnswer. */
  async ask(asked: RegistryRequest): Promise<TransportResponse> {
    const answer = await this.#follow(asked);
    if (answer.status !== 401 || !this.isOwn(answer.url)) return answer;
    const challenge = challengeOf(answer.headers['www-authenticate']);
    if (challenge === null) return answer;
    this.#authority.learn(challenge, asked.scopes);
    return this.#follow(asked);
  }

  async #follow(asked: RegistryRequest): Promise<TransportResponse> {
    let url = this.#allowed(new URL(asked.to, this.#base));
    for (let hops = 0; ; hops++) {
      const answer = await this.#send(asked, url);
      const { location } = answer.headers;
      const isRead = asked.method === 'GET' || asked.method === 'HEAD';
      const isRedirect = KEEPING.has(answer.status) || (isRead && REDIRECTS.has(answer.status));
      if (!isRedirect || location === undefined) return answer;
      if (hops === REDIRECTS_MAX)
        throw protocolError(this.name, `more than ${REDIRECTS_MAX} redirects`, 'an answer');
      url = this.locate(location, url);
    }
  }

  async #send(
    { method, headers, body, limit, scopes }: RegistryRequest,
    url: URL,
  ): Promise<TransportResponse> {
    const authorization = this.isOwn(url) ? await this.#authority.header(scopes) : null;
    return sendOnce({
      method,
      url,
      headers: { ...headers, ...(authorization === null ? {} : { authorization }) },
      body,
      ...(limit === undefined ? {} : { limit }),
      signal: this.#retry.signal,
    });
  }

  /** An address that the registry gave, whole or relative to where it was given. Throws REGISTRY_INVALID, REGISTRY_INSECURE. */
  locate(location: string, from: URL): URL {
    if (!URL.canParse(location, from.href))
      throw protocolError(this.name, `"${location}" as Location`, 'a URL');
    return this.#allowed(new URL(location, from));
  }

  /** Whether it is the registry itself: no other host gets to see who we are. */
  isOwn(url: URL): boolean {
    return url.origin === this.#base.origin;
  }

  #allowed(url: URL): URL {
    if (url.protocol === 'https:' || (url.protocol === 'http:' && isPlainFor(this.#base, url))) return url;
    throw new PlimsollError('REGISTRY_INSECURE', {
      where: this.name,
      reason: `it leads to ${url.origin}, without TLS`,
    });
  }
}

/** Other answers to `/v2/` than these two come from something else, unless they may be over in a minute. */
function asRegistry(name: string, answer: TransportResponse): TransportResponse {
  if (answer.status === 200 || answer.status === 401) return answer;
  if (isTransientStatus(answer.status)) throw new Unwanted(answer);
  throw protocolError(name, `${saidBy(answer)} at /v2/`, 'a registry');
}

/** Whether an address without TLS will do for a registry at `base`: it has none itself, and it is the same host or this machine. */
const isPlainFor = (base: URL, url: URL): boolean =>
  base.protocol === 'http:' && (url.hostname === base.hostname || isLoopback(url.hostname));
