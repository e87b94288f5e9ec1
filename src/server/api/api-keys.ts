/** API keys, and what the server says of itself. */

import { Type } from 'typebox';
import packageJson from '../../../package.json' with { type: 'json' };
import {
  KEY_ENDPOINTS_MAX,
  KEY_NAME as KEY_NAME_PATTERN,
  LIFE_MAX_MS,
  LIFE_MIN_MS,
} from '../../control/keys/port.ts';
import { largestUpload } from '../../registry/uploads.ts';
import { nullable } from '../../schema/value-schema.ts';
import { SCOPES } from '../../store/scopes.ts';
import { closed, NAME, operation, REASON, TIME } from './operation.ts';

const KEY_NAME = Type.String({
  pattern: KEY_NAME_PATTERN.source,
  description: 'Letters, digits, ".", "_" or "-"',
});
const SCOPE = Type.Enum([...SCOPES]);
const ENDPOINTS = Type.Array(NAME, { maxItems: KEY_ENDPOINTS_MAX, uniqueItems: true });
const LIFE = Type.Integer({ minimum: LIFE_MIN_MS, maximum: LIFE_MAX_MS });

const VIEW = {
  id: Type.String(),
  name: Type.String(),
  scope: SCOPE,
  endpoints: ENDPOINTS,
  state: Type.Enum(['active', 'expired', 'revoked']),
  createdAt: Type.String(),
  createdBy: Type.String(),
  expiresAt: nullable(Type.String()),
  revokedAt: nullable(Type.String()),
};
const KEY_VIEW = Type.Object(VIEW);
const NEW_KEY = Type.Object({
  ...VIEW,
  key: Type.String({ description: 'The key itself: it is shown this once' }),
});
const KNOWN = Type.Object({
  name: Type.String(),
  scope: SCOPE,
  endpoints: ENDPOINTS,
  sha256: Type.String(),
  expiresAt: nullable(TIME),
});
const listOf = (item: typeof KEY_VIEW | typeof KNOWN) =>
  Type.Object({ items: Type.Array(item), next: Type.Null() });

export const API_KEYS = [
  operation({
    method: 'GET',
    path: '/info',
    summary: 'What this server is, and whom it lets in',
    answer: Type.Object({
      version: Type.String(),
      largestModel: Type.Integer({ description: 'Bytes of the largest model file that is taken' }),
      access: Type.Enum(['local', 'keys', 'insecure', 'platform']),
      /** Null where programs on this machine ask. */
      key: nullable(Type.Object({ name: Type.String(), scope: SCOPE })),
    }),
    handle: async ({ accessMode, caller }) => ({
      version: packageJson.version,
      largestModel: largestUpload(),
      access: accessMode,
      key: caller && { name: caller.name, scope: caller.scope },
    }),
  }),
  operation({
    method: 'GET',
    path: '/api-keys',
    summary: 'API keys, without the keys',
    answer: listOf(KEY_VIEW),
    handle: async ({ apiKeys }) => ({ items: await apiKeys.list(), next: null }),
  }),
  operation({
    method: 'GET',
    path: '/api-keys/known',
    summary: 'Those that hold, by their hashes: what a container without a store is given',
    answer: listOf(KNOWN),
    handle: async ({ apiKeys }) => ({ items: await apiKeys.known(), next: null }),
  }),
  {
    ...operation({
      method: 'POST',
      path: '/api-keys',
      summary: 'Makes a key, and shows it this once',
      body: closed({
        name: KEY_NAME,
        scope: SCOPE,
        endpoints: Type.Optional(ENDPOINTS),
        lifeMillis: Type.Optional(nullable(LIFE)),
        reason: REASON,
      }),
      answer: NEW_KEY,
      status: 201,
      handle: ({ apiKeys, body: { name, scope, endpoints = [], lifeMillis = null }, actor }) =>
        apiKeys.create({ name, scope, endpoints, lifeMillis }, actor),
    }),
    isSecret: true,
  },
  operation({
    method: 'POST',
    path: '/api-keys/{key}:revoke',
    summary: 'Ends every key of a name, or the one of an id, at once',
    params: { key: NAME },
    body: closed({ reason: REASON }),
    answer: listOf(KEY_VIEW),
    handle: async ({ apiKeys, params, actor }) => ({
      items: await apiKeys.revoke(params.key, actor),
      next: null,
    }),
  }),
  {
    ...operation({
      method: 'POST',
      path: '/api-keys/{key}:rotate',
      summary: 'Another key of the same name and rights; the one before holds for a while',
      params: { key: NAME },
      body: closed({
        overlapMillis: Type.Integer({ minimum: 0, maximum: LIFE_MAX_MS }),
        reason: REASON,
      }),
      answer: NEW_KEY,
      status: 201,
      handle: ({ apiKeys, params, body, actor }) => apiKeys.rotate(params.key, body.overlapMillis, actor),
    }),
    isSecret: true,
  },
];
