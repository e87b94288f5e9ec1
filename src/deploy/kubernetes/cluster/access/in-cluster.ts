/** Where the cluster is that we run in, and who we are there. */
import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import type { KubeAccess } from './kube-access.ts';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What a pod is given (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/); null outside of one. */
export function inCluster(folder = FOLDER): KubeAccess | null {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const tokenFile = `${folder}/token`;
  if (!host || !port || !existsSync(tokenFile)) return null;
  const namespace = `${folder}/namespace`;
  return {
    cluster: {
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
      authority: { file: `${folder}/ca.crt` },
      skipsVerification: false,
      serverName: null,
      proxy: null,
    },
    user: {
      ...{ name: 'service account', certificate: null, key: null, token: null, tokenFile },
      ...{ basic: null, impersonation: {}, exec: null, authProvider: null },
    },
    namespace: existsSync(namespace) ? readFileSync(namespace, 'utf8').trim() : null,
  };
}
