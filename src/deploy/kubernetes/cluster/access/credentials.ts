/** Who we are to a cluster, made out anew for each request: tokens are renewed while a server follows a route. */

import { readFileSync } from 'node:fs';
import { required } from '../../../../core/element-at.ts';
import { type ExecCredential, runPlugin } from './exec-plugin.ts';
import type { KubeAccess, KubeUser } from './kube-access.ts';
import { type IdToken, idTokenOf } from './oidc.ts';
import { pemText } from './pem.ts';

export interface ClusterCredentials {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly cert: string | null;
  readonly key: string | null;
}

export class ClusterIdentity {
  readonly #access: KubeAccess;
  readonly #now: () => number;
  #fetched: ExecCredential | null = null;
  #idToken: IdToken | null = null;

  constructor(access: KubeAccess, now: () => number = Date.now) {
    this.#access = access;
    this.#now = now;
  }

  /** Throws an Error where a file cannot be read, or who is to give credentials does not. */
  async credentials(): Promise<ClusterCredentials> {
    const { user } = this.#access;
    if (user === null) return { headers: {}, cert: null, key: null };
    const fetched = user.exec === null ? null : await this.#plugin();
    const authorization = fetched?.token ? `Bearer ${fetched.token}` : await this.#authorization(user);
    return {
      headers: { ...(authorization === null ? {} : { authorization }), ...user.impersonation },
      cert: fetched?.certificate ?? (user.certificate && pemText(user.certificate)),
      key: fetched?.key ?? (user.key && pemText(user.key)),
    };
  }

  /** After the server has refused them; answers whether there may be others. */
  renew(): boolean {
    const mayDiffer = this.#fetched !== null;
    this.#fetched = null;
    return mayDiffer;
  }

  async #plugin(): Promise<ExecCredential> {
    const { user, cluster } = this.#access;
    if (this.#fetched === null || (this.#fetched.until ?? Number.POSITIVE_INFINITY) <= this.#now())
      this.#fetched = await runPlugin(required(user?.exec, 'the plugin of a user'), cluster);
    return this.#fetched;
  }

  /** A file of a token goes before the token that was written when it was made. */
  async #authorization(user: KubeUser): Promise<string | null> {
    const { basic, authProvider } = user;
    const token = tokenOf(user);
    if (token !== null) return `Bearer ${token}`;
    if (basic !== null)
      return `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`;
    if (authProvider === null) return null;
    if (authProvider.name !== 'oidc')
      throw new Error(
        `auth-provider "${authProvider.name}" is no longer known to kubectl 1.26 and newer: name its program with exec`,
      );
    this.#idToken = await idTokenOf(this.#idToken, authProvider.config, this.#now());
    return `Bearer ${this.#idToken.token}`;
  }
}

function tokenOf({ token, tokenFile }: KubeUser): string | null {
  if (tokenFile === null) return token;
  try {
    return readFileSync(tokenFile, 'utf8').trim() || token;
  } catch (error) {
    if (token === null) throw error;
    return token;
  }
}
