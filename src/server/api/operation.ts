/** An operation of the control API as data: the router, the validator and the OpenAPI document follow from it. */
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import type { PitfallReport } from '../../advise/pitfalls/pitfall.ts';
import type { AccessMode } from '../../config/access.ts';
import type { ChangeWatch } from '../../control/changes/change-watch.ts';
import type { TrafficWatch } from '../../control/fleet/traffic-watch.ts';
import type { ApiKeyring, KnownKey } from '../../control/keys/port.ts';
import type { ControlApi } from '../../control/port.ts';
import type { Actor } from '../../core/actor.ts';
import type { RouterView } from '../../deploy/routers/follow.ts';
import type { JobsPort } from '../../jobs/port.ts';
import type { RecentRequest } from '../../metrics/recent-request.ts';
import type { MonitoringApi } from '../../monitor/port.ts';
import type { NewVersion } from '../../registry/new-version.ts';
import type { PageRequest } from '../../store/store.ts';
import type { VersionAnalyses } from '../analysis/analyses.ts';
import type { SendEvent } from './event-stream.ts';
import type { AuditNote } from './job-changes.ts';
import type { ServerFacts } from './server-facts.ts';

/** What a handler gets: everything checked against the schemas. */
export interface OperationCall<P, Q, B> {
  readonly control: ControlApi;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Opened for who needs it. */
  jobs(): Promise<JobsPort>;
  monitoring(): Promise<MonitoringApi>;
  /** Looks for what commonly goes wrong. */
  pitfalls(): Promise<PitfallReport>;
  /** How routers outside stand to the routes that they follow. */
  routers(): readonly RouterView[];
  readonly traffic: Pick<TrafficWatch, 'look' | 'follow'>;
  /** Requests of an endpoint of late, as the processes that serve have kept them. */
  recent(endpoint: string): Promise<readonly RecentRequest[]>;
  readonly changes: Pick<ChangeWatch, 'follow'>;
  /** Looks into versions; opened for who needs it. */
  analyses(): Promise<VersionAnalyses>;
  readonly dataDir: string;
  /** What this server is. */
  facts(): Promise<ServerFacts>;
  readonly apiKeys: ApiKeyring;
  /** Whom this server lets in. */
  readonly accessMode: AccessMode;
  /** The key that let the caller in; null where programs on this machine ask. */
  readonly caller: KnownKey | null;
  /** The caller's `idempotency-key`, or null. */
  readonly key: string | null;
  /** Who asks, with the reason of the body where it has one. */
  readonly actor: Actor;
  /** The caller runs on this machine. */
  readonly isLocal: boolean;
  /** For changes that are made where no audit log is kept. */
  readonly note: AuditNote;
}

/** What is answered, and kept for those who ask again under the same key. */
export class OperationResult {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    this.status = status;
    this.body = body;
  }
}

/** A multipart body once it is on the disk. */
export interface StagedUpload {
  readonly source: NewVersion;
  readonly reason: string | undefined;
  /** Names and sha256 of its parts: the same upload again has the same text. */
  readonly fingerprint: string;
  /** Removes what is left of it. */
  discard(): void;
}

export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it, below /api/v1: `/models/{model}`. */
  readonly path: string;
  readonly summary: string;
  readonly params: TObject;
  readonly query: TObject;
  readonly body: TSchema | null;
  readonly answer: TSchema;
  /** Status of success. */
  readonly status: number;
  /** Largest JSON body in bytes. */
  readonly bodyLimit: number;
  /** Also takes multipart/form-data, staged before `handle` is called with it as its body. */
  readonly takesFiles: boolean;
  /** The answer holds a secret: it is kept for nobody who asks again. */
  readonly isSecret: boolean;
  /** It is done in memory, or kept for later, where the store is away. */
  readonly needsNoStore: boolean;
  handle(call: OperationCall<never, never, never>): Promise<unknown>;
  /**
   * Sends what `handle` would answer, now and whenever it has changed, to those who ask for events; answers what ends it.
   * Null where there are none.
   */
  readonly follow: ((call: OperationCall<never, never, never>, send: SendEvent) => () => void) | null;
}

interface Definition<P extends TProperties, Q extends TProperties, B extends TSchema>
  extends Pick<ApiRoute, 'method' | 'path' | 'summary' | 'answer'> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly status?: number;
  readonly bodyLimit?: number;
  readonly needsNoStore?: boolean;
  handle(call: OperationCall<Static<TObject<P>>, Static<TObject<Q>>, Static<B>>): Promise<unknown>;
  follow?(
    call: OperationCall<Static<TObject<P>>, Static<TObject<Q>>, Static<B>>,
    send: SendEvent,
  ): () => void;
}

/** Largest JSON body where an operation says nothing else: a policy with comments fits many times. */
const BODY_LIMIT = 2 ** 20;

/** Closed: a key that is not known is a mistake, not a wish to be overlooked. */
export const closed = <P extends TProperties>(properties: P): TObject<P> =>
  Type.Object(properties, { additionalProperties: false });

export function operation<
  P extends TProperties = Record<never, TSchema>,
  Q extends TProperties = Record<never, TSchema>,
  B extends TSchema = TSchema,
>(definition: Definition<P, Q, B>): ApiRoute {
  const {
    params,
    query,
    body,
    status = 200,
    bodyLimit = BODY_LIMIT,
    needsNoStore = false,
    ...rest
  } = definition;
  return {
    ...rest,
    params: closed(params ?? {}),
    query: closed(query ?? {}),
    body: body ?? null,
    status,
    bodyLimit,
    takesFiles: false,
    isSecret: false,
    needsNoStore,
    follow: definition.follow ?? null,
  } as ApiRoute;
}

// Schemas that many operations share

/** What a change may say about itself. */
export const WRITE_HEADERS = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '^[\\x21-\\x7e]+$',
      description: 'The same key again gets the first answer',
    }),
  ),
  'x-plimsoll-by': Type.Optional(
    Type.String({
      maxLength: 200,
      description: 'Who acts: kept in the audit log; percent-encoded where it is not ASCII',
    }),
  ),
});

export const NAME = Type.String({ minLength: 1, maxLength: 200 });
export const VERSION_NUMBER = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const GENERATION = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const TIME = Type.Number({ description: 'Milliseconds since the epoch' });
export const REASON = Type.Optional(
  Type.String({ maxLength: 2000, description: 'Why: kept in the audit log' }),
);
export const TEXTS = Type.Record(Type.String(), Type.String());

/** Part of a list. */
export const pageSchemaOf = (item: TSchema): TSchema =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'Cursor of the next part; null at the end',
    }),
  });

export const PAGE = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1000, description: '`next` of the part before' }),
  ),
};

export const pageRequest = ({ limit, cursor }: PageRequest): PageRequest => ({ limit, cursor });
