/** API keys of a server that runs: over its Unix socket, or over HTTP. */
import type { Actor } from '../../core/actor.ts';
import { type ControlAddress, sendControlRequest } from '../../http/control-request.ts';
import type { ApiKeyring, KeyRequest, KeyView, KnownKey, NewKey } from './port.ts';

export class RemoteKeys implements ApiKeyring {
  readonly #target: ControlAddress;

  constructor(target: ControlAddress) {
    this.#target = target;
  }

  create(request: KeyRequest, actor: Actor): Promise<NewKey> {
    return this.#write('/api-keys', request, actor);
  }
  async list(): Promise<readonly KeyView[]> {
    return this.#read('/api-keys');
  }
  async revoke(name: string, actor: Actor): Promise<readonly KeyView[]> {
    const path = `/api-keys/${encodeURIComponent(name)}:revoke`;
    return (await this.#write<{ readonly items: readonly KeyView[] }>(path, {}, actor)).items;
  }
  rotate(name: string, overlapMillis: number, actor: Actor): Promise<NewKey> {
    return this.#write(`/api-keys/${encodeURIComponent(name)}:rotate`, { overlapMillis }, actor);
  }
  known(): Promise<readonly KnownKey[]> {
    return this.#read('/api-keys/known');
  }

  async #read<T>(path: string): Promise<readonly T[]> {
    return (
      (await sendControlRequest(this.#target, { method: 'GET', path })) as { readonly items: readonly T[] }
    ).items;
  }

  /** Without an idempotency key: an answer that holds a secret is kept nowhere. */
  #write<T>(path: string, body: object, { by, reason }: Actor): Promise<T> {
    const headers = { 'x-plimsoll-by': encodeURIComponent(by) };
    const json = reason === undefined ? body : { ...body, reason };
    return sendControlRequest(this.#target, { method: 'POST', path, headers, json }) as Promise<T>;
  }
}
