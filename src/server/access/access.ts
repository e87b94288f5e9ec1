import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AccessSettings, namesOf } from '../../config/access.ts';
import type { KnownKey } from '../../control/keys/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import { networkOf } from '../../core/network.ts';
import type { Clock } from '../../core/ports.ts';
import type { AccessGate, GatedRequest } from '../../serving/access-gate.ts';
import type { RefusalReason } from '../../serving/metrics/serving-metrics.ts';
import { AuthFailures, limited } from './auth-failures.ts';
import { credentialIn, credentialOfReader } from './credential.ts';
import type { PageGuard } from './guard.ts';
import { needOf } from './pages.ts';
import { allows, mayPredict, purposeOf } from './scopes.ts';
import { checkHost, checkOrigin, isNamed, isOurs } from './site.ts';
import { TokenBuckets } from './token-buckets.ts';

export interface AccessControlOptions {
  readonly settings: AccessSettings;
  readonly find: (key: string) => KnownKey | null;
  readonly clock: Clock;
  /** Paths at which the platform asks for health, beside those that are always open. */
  readonly healthPaths?: readonly string[] | undefined;
  readonly onRefusal?: (why: RefusalReason) => void;
}

/** Who may ask a process that serves: for predictions, and for its pages. What it costs is paid by every request. */
export class AccessControl implements AccessGate, PageGuard {
  readonly #options: AccessControlOptions;
  readonly #settings: AccessSettings;
  readonly #names: readonly string[];
  readonly #healthPaths: ReadonlySet<string>;
  readonly #failures = new AuthFailures();
  /** By key, and by address of who has none. */
  readonly #callers: TokenBuckets | null;

  constructor(options: AccessControlOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#names = namesOf(options.settings);
    this.#healthPaths = new Set(options.healthPaths);
    const { rate } = options.settings;
    this.#callers = rate && new TokenBuckets(rate);
  }

  namesModels({ headers }: IncomingMessage): boolean {
    const { mode } = this.#settings;
    return mode === 'local' ? isOurs(headers.host, this.#names) : mode !== 'keys';
  }

  admit(request: GatedRequest, endpoint: string): void {
    const { mode } = this.#settings;
    if (mode !== 'keys') {
      if (mode !== 'platform') this.#checkSite(request);
      this.#limit(request, null);
      return;
    }
    const key = this.#keyOf(request, credentialIn(request.headers), 'PREDICTION_UNAUTHORIZED');
    if (!mayPredict(key, endpoint)) throw this.#forbidden(key, endpoint);
    this.#limit(request, key);
  }

  admitPage(request: IncomingMessage, path: string): void {
    const need = this.#healthPaths.has(path) ? 'nothing' : needOf(path);
    if (need === 'nothing') return;
    const { mode, openMetrics } = this.#settings;
    if (mode === 'local') this.#counted('cross-site', () => checkHost(request.headers.host, this.#names));
    if (mode !== 'keys' || (openMetrics && path === '/metrics')) {
      this.#limit(request, null);
      return;
    }
    const key = this.#keyOf(request, credentialOfReader(request.headers), 'CONTROL_UNAUTHORIZED');
    // Clients of some protocols ask what a model is like before they ask it.
    const isEnough =
      typeof need === 'object'
        ? mayPredict(key, need.endpoint) || allows(key.scope, 'viewer')
        : need === 'key' || allows(key.scope, need);
    if (!isEnough) throw this.#tooLittle(key, path);
    this.#limit(request, key);
  }

  admitControl(request: IncomingMessage, response: ServerResponse): void {
    // Strangers at one address, as behind a proxy, must not use up what those with a key may ask.
    const given = credentialIn(request.headers);
    this.#limit(request, given === null ? null : this.#holding(given));
    response.once('finish', () => {
      if (response.statusCode === 401) this.#options.onRefusal?.('unauthorized');
      if (response.statusCode === 403) this.#options.onRefusal?.('forbidden');
    });
  }

  /** On a network that a browser may share, no page of another site makes it predict. */
  #checkSite({ method, headers }: GatedRequest): void {
    const { origin, host } = headers;
    const { mode, hosts } = this.#settings;
    if (origin === undefined) {
      // Browsers name no page where it reads from its own site: which models there are is told to names of ours alone.
      if (mode === 'local' && method !== 'POST')
        this.#counted('cross-site', () => checkHost(host, this.#names));
      return;
    }
    this.#counted('cross-site', () => {
      checkOrigin(origin, host, hosts);
      // By which names others call an address that is open to them, nobody knows.
      if (mode === 'local' && !isNamed(origin, hosts)) checkHost(host, this.#names);
    });
  }

  #counted(why: RefusalReason, check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#options.onRefusal?.(why);
      throw error;
    }
  }

  #keyOf(
    request: GatedRequest,
    given: string | null,
    code: 'PREDICTION_UNAUTHORIZED' | 'CONTROL_UNAUTHORIZED',
  ): KnownKey {
    const { find, clock, onRefusal } = this.#options;
    const key = given === null ? null : this.#holding(given);
    if (key !== null) return key;
    onRefusal?.('unauthorized');
    const found =
      given === null ? 'it has no key' : find(given) === null ? 'its key is not known' : 'its key is over';
    const challenge =
      code === 'CONTROL_UNAUTHORIZED' ? 'Basic realm="Plimsoll: the key is the password"' : 'Bearer';
    const error = new PlimsollError(code, { found, challenge });
    throw this.#failures.judge(error, request.socket.remoteAddress, clock.monotonic());
  }

  /** The key, unless it is over. */
  #holding(given: string): KnownKey | null {
    const { find, clock } = this.#options;
    const key = find(given);
    return key !== null && (key.expiresAt === null || key.expiresAt > clock.now()) ? key : null;
  }

  #forbidden(key: KnownKey, endpoint: string): PlimsollError {
    this.#options.onRefusal?.('forbidden');
    return new PlimsollError('PREDICTION_FORBIDDEN', { key: key.name, found: purposeOf(key), endpoint });
  }

  #tooLittle({ name, scope }: KnownKey, path: string): PlimsollError {
    this.#options.onRefusal?.('forbidden');
    return new PlimsollError('SCOPE_FORBIDDEN', {
      key: name,
      found: scope,
      wanted: 'viewer',
      what: `read ${path}`,
    });
  }

  #limit(request: GatedRequest, key: KnownKey | null): void {
    if (this.#callers === null) return;
    const who = key === null ? networkOf(request.socket.remoteAddress) : `key "${key.name}"`;
    const wait = this.#callers.take(who, this.#options.clock.monotonic());
    if (wait === 0) return;
    this.#options.onRefusal?.('limited');
    throw limited(who, this.#callers.rate, wait);
  }
}
