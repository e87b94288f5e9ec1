import type { EntryFields } from './entry.ts';
import type { PemSource } from './pem.ts';

export interface KubeCluster {
  /** Without a slash at its end. */
  readonly server: string;
  readonly authority: PemSource | null;
  readonly skipsVerification: boolean;
  /** Name that the certificate must bear, where it is not that of the address. */
  readonly serverName: string | null;
  readonly proxy: URL | null;
}

export interface KubeUser {
  readonly name: string;
  readonly certificate: PemSource | null;
  readonly key: PemSource | null;
  readonly token: string | null;
  readonly tokenFile: string | null;
  readonly basic: { readonly username: string; readonly password: string } | null;
  /** Headers that say whom we act as, where that is somebody else. */
  readonly impersonation: Readonly<Record<string, string | string[]>>;
  /** As it is written, its command found from its file. */
  readonly exec: EntryFields | null;
  /** Of a kubeconfig older than programs that fetch credentials. */
  readonly authProvider: { readonly name: string; readonly config: EntryFields } | null;
}

export interface KubeAccess {
  readonly cluster: KubeCluster;
  readonly user: KubeUser | null;
  readonly namespace: string | null;
}
