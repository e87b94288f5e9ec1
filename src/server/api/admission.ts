/** Who asks the control API, by what a request says and brings. */
import type { FastifyRequest } from 'fastify';
import { isPlimsollError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { AuthFailures } from '../access/auth-failures.ts';
import { credentialIn } from '../access/credential.ts';
import { allows } from '../access/scopes.ts';
import { isOfProxy } from '../access/site.ts';
import { type AccessRequest, type AccessRules, type ApiCaller, admit } from './access.ts';
import type { ApiRoute } from './operation.ts';
import { scopeOf } from './scopes.ts';

/** Where the API lies on the server. */
export const PREFIX = '/api/v1';

/** A change that was asked for by somebody who may not. */
export interface RefusedCall {
  readonly by: string;
  /** `POST /rollouts/{id}:abort` */
  readonly operation: string;
  readonly code: string;
}

interface AdmissionOptions extends AccessRules {
  readonly clock: Clock;
  readonly onRefused?: ((refused: RefusedCall) => void) | undefined;
}

const knockOf = ({ headers }: FastifyRequest): AccessRequest => ({
  host: headers.host,
  origin: headers.origin,
  credential: credentialIn(headers),
  peer: [headers['x-plimsoll-peer']].flat()[0],
  isForwarded: Object.keys(headers).some(isOfProxy),
  stranger: strangerIn([headers['x-plimsoll-stranger']].flat()[0]),
});

const strangerIn = (text: string | undefined): AccessRequest['stranger'] =>
  text === undefined ? undefined : text === 'other' ? 'other' : 'unknown';

/** Lets callers in, or refuses them: the more slowly the more often, and with a note where they would change something. */
export function admitter(options: AdmissionOptions): (request: FastifyRequest) => ApiCaller {
  const { clock, onRefused } = options;
  const failures = new AuthFailures();
  return (request) => {
    try {
      return admit(knockOf(request), options, clock.now());
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      const { peer } = knockOf(request);
      if (request.method !== 'GET')
        onRefused?.({ by: peer ?? 'this machine', operation: operationOf(request), code: error.code });
      throw error.http === 401 ? failures.judge(error, peer, clock.monotonic()) : error;
    }
  };
}

/** A key that was revoked, or is over, follows nothing any more. */
export const followerOf =
  (options: AdmissionOptions) =>
  (operation: ApiRoute, request: FastifyRequest): boolean => {
    try {
      const { isLocal, key } = admit(knockOf(request), options, options.clock.now());
      return isLocal || (key !== null && allows(key.scope, scopeOf(operation)));
    } catch {
      return false;
    }
  };

const operationOf = ({ method, routeOptions }: FastifyRequest): string =>
  `${method} ${routeOptions.url?.slice(PREFIX.length) ?? 'of no operation'}`;
