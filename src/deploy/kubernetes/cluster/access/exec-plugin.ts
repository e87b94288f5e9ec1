/** Programs that fetch credentials: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins */
import { isRecord } from '../../../../core/record.ts';
import { runProgram } from '../../../../process/run-program.ts';
import { liveValueAt, recordsAt } from '../live.ts';
import type { EntryFields } from './entry.ts';
import type { KubeCluster } from './kube-access.ts';
import { pemText } from './pem.ts';

/** What such a program has answered. */
export interface ExecCredential {
  readonly token: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  /** Milliseconds since 1970 until which it holds, or null for as long as the server takes it. */
  readonly until: number | null;
}

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const MAX_OUTPUT_BYTES = 1 << 20;

/** Throws an Error with what the program has said, how it is installed where it is missing, or what its answer lacks. */
export async function runPlugin(exec: EntryFields, cluster: KubeCluster): Promise<ExecCredential> {
  const { apiVersion = VERSIONS[0], command, interactiveMode } = exec;
  if (typeof command !== 'string' || command === '')
    throw new Error('it is to run a program, and names none');
  if (!VERSIONS.includes(String(apiVersion)))
    throw new Error(`${command} speaks ${String(apiVersion)}, wanted ${VERSIONS.join(' or ')}`);
  if (interactiveMode === 'Always') throw new Error(`${command} wants to ask somebody, and nobody is there`);
  const output = await run(command, exec, {
    KUBERNETES_EXEC_INFO: infoOf(exec, String(apiVersion), cluster),
  });
  return credentialIn(output, command, String(apiVersion));
}

/** What `kubectl` tells it: the version, that nobody can be asked, and the cluster where the kubeconfig wants it known. */
function infoOf({ provideClusterInfo }: EntryFields, apiVersion: string, cluster: KubeCluster): string {
  const { server, authority, skipsVerification, serverName, proxy } = cluster;
  const facts = {
    server,
    ...(authority === null
      ? {}
      : { 'certificate-authority-data': Buffer.from(pemText(authority)).toString('base64') }),
    ...(skipsVerification ? { 'insecure-skip-tls-verify': true } : {}),
    ...(serverName === null ? {} : { 'tls-server-name': serverName }),
    ...(proxy === null ? {} : { 'proxy-url': proxy.href }),
  };
  const spec = { interactive: false, ...(provideClusterInfo === true ? { cluster: facts } : {}) };
  return JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
}

async function run(
  command: string,
  exec: EntryFields,
  told: Readonly<Record<string, string>>,
): Promise<string> {
  const { args, installHint } = exec;
  const own = recordsAt(exec, 'env').map(({ name, value }) => [String(name), String(value)]);
  const { status, stdout, stderr, stopped, isMissing } = await runProgram(
    command,
    Array.isArray(args) ? args.map(String) : [],
    { env: { ...process.env, ...Object.fromEntries(own), ...told }, maxOutputBytes: MAX_OUTPUT_BYTES },
  );
  if (status === 0) return stdout;
  if (isMissing && typeof installHint === 'string') throw new Error(`${stopped}: ${installHint}`);
  throw new Error(isMissing ? (stopped ?? '') : stderr);
}

function credentialIn(output: string, command: string, apiVersion: string): ExecCredential {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch (cause) {
    throw new Error(`${command} answers no JSON`, { cause });
  }
  if (!isRecord(answer) || answer['kind'] !== 'ExecCredential' || answer['apiVersion'] !== apiVersion)
    throw new Error(`${command} answers no ExecCredential of ${apiVersion}`);
  const text = (key: string): string | null => {
    const value = liveValueAt(answer, 'status', key);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const until = Date.parse(text('expirationTimestamp') ?? '');
  const [token, certificate, key] = [text('token'), text('clientCertificateData'), text('clientKeyData')];
  if (token === null && (certificate === null || key === null))
    throw new Error(`${command} answers neither a token nor a certificate with its key`);
  return { token, certificate, key, until: Number.isNaN(until) ? null : until };
}
