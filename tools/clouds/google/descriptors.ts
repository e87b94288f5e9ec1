/** The API of Vertex AI as Google publishes it: methods, their paths, their messages. `generate.ts` writes it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ApiField {
  /** Of protobuf: a scalar, or the full name of a message or an enum. Of a map, that of its values. */
  readonly type: string;
  readonly of?: 'list' | 'map';
  /** `google.api.field_behavior`. */
  readonly says?: readonly string[];
}

/** Fields by their names in JSON. */
export interface ApiMessage {
  readonly fields: Readonly<Record<string, ApiField>>;
  readonly oneofs?: Readonly<Record<string, readonly string[]>>;
}

export interface ApiMethod {
  readonly service: string;
  readonly name: string;
  /** Full names of messages. */
  readonly request: string;
  readonly response: string;
  /**
   * `google.api.http`: pattern such as `/v1/{parent=projects/*\/locations/*}/models:upload`; the field that the body is, `*` for
   * all of them. null where the configuration of the service says it instead.
   */
  readonly binding: {
    readonly verb: string;
    readonly pattern: string;
    readonly body: string | null;
  } | null;
}

export interface Api {
  /** Packages that it was read in. */
  readonly from: string;
  /** Every unary method of the services that are played, and of operations. */
  readonly methods: readonly ApiMethod[];
  readonly messages: Readonly<Record<string, ApiMessage>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const API = JSON.parse(readFileSync(join(import.meta.dirname, 'generated/api.json'), 'utf8')) as Api;
export const METHODS = API.methods;

/** A message by its full name; undefined of what is no message, or of no method that is played. */
export const messageNamed = (name: string): ApiMessage | undefined => API.messages[name];

export const enumNamed = (name: string): Readonly<Record<string, number>> | undefined => API.enums[name];

/** Last part of a full name. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
