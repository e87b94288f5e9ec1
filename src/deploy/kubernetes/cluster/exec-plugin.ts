import { isRecord } from '../../../core/record.ts';

/** What a cluster of a kubeconfig says of itself. */
interface ClusterFacts {
  readonly server: string;
  readonly caData?: string | null | undefined;
  readonly skipTLSVerify?: boolean | undefined;
  readonly tlsServerName?: string | null | undefined;
}

/**
 * Has a program that fetches credentials be told what `kubectl` tells it: the version of the protocol, that nobody can be
 * asked, and the cluster where the kubeconfig wants it known
 * (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats).
 */
export function tellPlugin(
  exec: unknown,
  { server, caData, skipTLSVerify, tlsServerName }: ClusterFacts,
): void {
  if (!isRecord(exec)) return;
  const cluster = {
    server,
    ...(caData == null ? {} : { 'certificate-authority-data': caData }),
    ...(skipTLSVerify === true ? { 'insecure-skip-tls-verify': true } : {}),
    ...(tlsServerName == null ? {} : { 'tls-server-name': tlsServerName }),
  };
  const info = {
    apiVersion: exec['apiVersion'] ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { interactive: false, ...(exec['provideClusterInfo'] === true ? { cluster } : {}) },
  };
  const given = Array.isArray(exec['env']) ? (exec['env'] as readonly unknown[]) : [];
  const env = [...given, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }];
  Object.assign(exec, { env });
}
