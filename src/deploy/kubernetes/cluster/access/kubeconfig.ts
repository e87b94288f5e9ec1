/**
 * Where a cluster is and who we are: kubeconfig files as `kubectl` reads them (k8s.io/client-go, tools/clientcmd), or the service
 * account of the pod that we run in.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { isRecord } from '../../../../core/record.ts';
import { liveValueAt, recordsAt } from '../live.ts';
import {
  type EntryFields,
  entryPathOf,
  entryTextOf,
  type KubeconfigEntry,
  pemOf,
  textsOf,
  wantedText,
} from './entry.ts';
import { inCluster } from './in-cluster.ts';
import type { KubeAccess, KubeCluster, KubeUser } from './kube-access.ts';

export interface KubeconfigChoice {
  /** The one file that is read; else those of KUBECONFIG, ~/.kube/config, or the service account of a pod. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}

type ListName = 'contexts' | 'clusters' | 'users';

interface Merged {
  context: string | null;
  readonly contexts: Map<string, KubeconfigEntry>;
  readonly clusters: Map<string, KubeconfigEntry>;
  readonly users: Map<string, KubeconfigEntry>;
}

/** Null where there is nothing that says it. Throws an Error that names what is wrong, and in which file. */
export function readAccess({ kubeconfig, context }: KubeconfigChoice): KubeAccess | null {
  const files = filesOf(kubeconfig);
  if (files.length === 0) return inCluster();
  const merged = files.reduce(withFile, {
    context: null,
    contexts: new Map(),
    clusters: new Map(),
    users: new Map(),
  });
  const name = context ?? merged.context;
  if (name === null) throw new Error(`${files.join(', ')} has no current-context: name one with --context`);
  const chosen = entryIn(merged, 'contexts', name);
  const user = entryTextOf(chosen, 'user');
  return {
    cluster: clusterOf(entryIn(merged, 'clusters', wantedText(chosen, 'cluster'))),
    user: user === null ? null : userOf(entryIn(merged, 'users', user)),
    namespace: entryTextOf(chosen, 'namespace'),
  };
}

/** Files of KUBECONFIG that are not there are passed over, as `kubectl` does. */
function filesOf(kubeconfig: string | undefined): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig];
  const named = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  return (named.length > 0 ? named : [join(homedir(), '.kube/config')]).filter((path) => existsSync(path));
}

/** What a file says that none before it has said: the first one wins. */
function withFile(merged: Merged, file: string): Merged {
  const document: unknown = parse(readFileSync(file, 'utf8')) ?? {};
  if (!isRecord(document)) throw new Error(`${file} is no kubeconfig: it holds no table`);
  const current = document['current-context'];
  if (typeof current === 'string' && current !== '') merged.context ??= current;
  for (const [list, key] of [
    ['contexts', 'context'],
    ['clusters', 'cluster'],
    ['users', 'user'],
  ] as const)
    for (const item of recordsAt(document, list)) {
      const { name, [key]: fields } = item;
      if (typeof name !== 'string' || merged[list].has(name)) continue;
      merged[list].set(name, { file, name, fields: isRecord(fields) ? fields : {} });
    }
  return merged;
}

function entryIn(merged: Merged, list: ListName, name: string): KubeconfigEntry {
  const found = merged[list].get(name);
  if (found === undefined) throw new Error(`the configuration has no ${list.slice(0, -1)} "${name}"`);
  return found;
}

function clusterOf(entry: KubeconfigEntry): KubeCluster {
  const server = wantedText(entry, 'server');
  const proxy = entryTextOf(entry, 'proxy-url');
  const skipsVerification = entry.fields['insecure-skip-tls-verify'] === true;
  const protocol = URL.canParse(server) ? new URL(server).protocol : null;
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new Error(`server of "${entry.name}" in ${entry.file} is "${server}", wanted https://HOST:PORT`);
  // Tokens would be read on the way.
  if (protocol === 'http:' && !skipsVerification)
    throw new Error(`${server} is asked without TLS: have the cluster say insecure-skip-tls-verify: true`);
  if (proxy !== null && !URL.canParse(proxy))
    throw new Error(`proxy-url of "${entry.name}" in ${entry.file} is "${proxy}", wanted an address`);
  return {
    server: server.replace(/\/+$/, ''),
    authority: pemOf(entry, 'certificate-authority'),
    skipsVerification,
    serverName: entryTextOf(entry, 'tls-server-name'),
    proxy: proxy === null ? null : new URL(proxy),
  };
}

function userOf(entry: KubeconfigEntry): KubeUser {
  const { exec, 'auth-provider': provider } = entry.fields;
  const username = entryTextOf(entry, 'username');
  const config = liveValueAt(provider, 'config');
  return {
    name: entry.name,
    certificate: pemOf(entry, 'client-certificate'),
    key: pemOf(entry, 'client-key'),
    token: entryTextOf(entry, 'token'),
    tokenFile: entryPathOf(entry, 'tokenFile'),
    basic: username === null ? null : { username, password: entryTextOf(entry, 'password') ?? '' },
    impersonation: impersonationOf(entry),
    exec: isRecord(exec) ? withCommand(exec, entry.file) : null,
    authProvider: isRecord(provider)
      ? { name: String(provider['name']), config: isRecord(config) ? config : {} }
      : null,
  };
}

/** A command with a separator is a file beside the kubeconfig; another one is found in PATH. */
function withCommand(exec: EntryFields, file: string): EntryFields {
  const { command } = exec;
  return typeof command === 'string' && /[/\\]/.test(command)
    ? { ...exec, command: resolve(dirname(file), command) }
    : exec;
}

/** https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
function impersonationOf(entry: KubeconfigEntry): Readonly<Record<string, string | string[]>> {
  const { 'as-groups': groups, 'as-user-extra': extra } = entry.fields;
  const [as, uid] = [entryTextOf(entry, 'as'), entryTextOf(entry, 'as-uid')];
  const headers = {
    ...(as === null ? {} : { 'Impersonate-User': as }),
    ...(uid === null ? {} : { 'Impersonate-Uid': uid }),
    ...(groups == null ? {} : { 'Impersonate-Group': textsOf(groups, 'as-groups', entry) }),
  };
  if (extra != null && !isRecord(extra))
    throw new Error(`as-user-extra of "${entry.name}" in ${entry.file} is no table`);
  const more = Object.entries(extra ?? {}).map(([key, values]) => [
    `Impersonate-Extra-${encodeURIComponent(key)}`,
    textsOf(values, `as-user-extra.${key}`, entry),
  ]);
  const all = { ...headers, ...Object.fromEntries(more) };
  if (as === null && Object.keys(all).length > 0)
    throw new Error(`user "${entry.name}" in ${entry.file} says groups of somebody else and not of whom`);
  return all;
}
