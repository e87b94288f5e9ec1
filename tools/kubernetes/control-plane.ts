/**
 * A real control plane of Kubernetes for tests: API server and controllers, built from their sources with Go once and kept,
 * over Debian's etcd. No container runs: what becomes of pods is up to the test.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';

const SOURCE = join(import.meta.dirname, 'control-plane');
const PROGRAMS = ['kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;
const START_MILLIS = 120_000;

/** Release that is built, as `go.mod` pins it. */
const releaseOf = (mod: string): string => /k8s\.io\/kubernetes (v[\d.]+)/.exec(mod)![1]!;

/**
 * Folder with `kube-apiserver`, `kube-controller-manager`, `kubectl` and `helm`: about ten minutes of a processor the first
 * time, kept by what they are built from. Throws where there is no Go or it says no.
 */
function controlPlanePrograms(): string {
  const mod = readFileSync(join(SOURCE, 'go.mod'), 'utf8');
  const main = readFileSync(join(SOURCE, 'main.go'), 'utf8');
  const digest = createHash('sha256').update(mod).update(main).digest('hex').slice(0, 12);
  const release = releaseOf(mod);
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'plimsoll/kubernetes', `${release}-${digest}`);
  if (existsSync(folder)) return folder;
  console.log(`Building the control plane of Kubernetes ${release} (once, minutes) …`);
  const staged = `${folder}.${process.pid}`;
  mkdirSync(staged, { recursive: true });
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(release)!;
  const names = { gitVersion: release, gitMajor: major, gitMinor: minor };
  const flags = Object.entries(names).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  build(join(staged, PROGRAMS[0]), ['-s', '-w', ...flags], '.');
  for (const name of PROGRAMS.slice(1)) linkSync(join(staged, PROGRAMS[0]), join(staged, name));
  build(join(staged, 'helm'), ['-s', '-w'], 'helm.sh/helm/v3/cmd/helm');
  renameSync(staged, folder);
  return folder;
}

function build(output: string, linker: readonly string[], what: string): void {
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', linker.join(' '), '-o', output, what];
  const { status, stderr, error } = spawnSync('go', args, {
    cwd: SOURCE,
    encoding: 'utf8',
    env: { ...process.env, CGO_ENABLED: '0' },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`go ${args.join(' ')} ended with ${status}:\n${stderr}`);
}

export interface ControlPlane {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly server: string;
  /** Runs a program of the control plane to its end; its output, and its exit status. */
  run(
    name: 'kubectl' | 'helm',
    ...args: readonly string[]
  ): { status: number | null; stdout: string; stderr: string };
  stop(): Promise<void>;
}

/** Starts etcd, the API server and the controllers on loopback and waits until they answer. */
export async function startControlPlane(): Promise<ControlPlane> {
  const programs = controlPlanePrograms();
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kubernetes-'));
  const children: ChildProcess[] = [];
  const start = (program: string, args: readonly string[]): void => {
    children.push(spawn(program, args, { stdio: 'ignore', cwd: folder }));
  };
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const [etcd, peer, port, health] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const token = randomUUID();
  writeKeys(folder, token);
  const server = `https://127.0.0.1:${port}`;
  const kubeconfig = join(folder, 'kubeconfig.yaml');
  writeFileSync(kubeconfig, kubeconfigOf(server, token), { mode: 0o600 });
  start('etcd', etcdArguments(folder, etcd!, peer!));
  start(join(programs, 'kube-apiserver'), apiServerArguments(folder, etcd!, port!));
  const run: ControlPlane['run'] = (name, ...args) => {
    const { status, stdout, stderr } = spawnSync(join(programs, name), args, {
      encoding: 'utf8',
      env: { ...process.env, KUBECONFIG: kubeconfig, HOME: folder },
      maxBuffer: 64 * 2 ** 20,
    });
    return { status, stdout, stderr };
  };
  try {
    const until = performance.now() + START_MILLIS;
    while (run('kubectl', 'get', '--raw', '/readyz').status !== 0) {
      if (performance.now() > until) throw new Error(`no API server within ${START_MILLIS / 1000} s`);
      await sleep(500);
    }
    start(join(programs, 'kube-controller-manager'), controllerArguments(kubeconfig, health!));
    return { folder, kubeconfig, server, run, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Sends SIGTERM, and SIGKILL to what is still there after a while. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(late);
}

const etcdArguments = (folder: string, client: number, peer: number): readonly string[] => [
  `--data-dir=${join(folder, 'etcd')}`,
  `--listen-client-urls=http://127.0.0.1:${client}`,
  `--advertise-client-urls=http://127.0.0.1:${client}`,
  `--listen-peer-urls=http://127.0.0.1:${peer}`,
  '--unsafe-no-fsync',
];

/** Image volumes are off by default in 1.34 and on from 1.35 on, for which they are written. */
const apiServerArguments = (folder: string, etcd: number, port: number): readonly string[] => [
  `--etcd-servers=http://127.0.0.1:${etcd}`,
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  `--cert-dir=${join(folder, 'certificates')}`,
  `--service-account-key-file=${join(folder, 'accounts.pem')}`,
  `--service-account-signing-key-file=${join(folder, 'accounts.pem')}`,
  '--service-account-issuer=https://kubernetes.default.svc',
  `--token-auth-file=${join(folder, 'tokens.csv')}`,
  '--authorization-mode=RBAC',
  '--disable-admission-plugins=ServiceAccount',
  '--feature-gates=ImageVolume=true',
];

const controllerArguments = (kubeconfig: string, port: number): readonly string[] => [
  `--kubeconfig=${kubeconfig}`,
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  '--leader-elect=false',
];

function writeKeys(folder: string, token: string): void {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(join(folder, 'accounts.pem'), privateKey, { mode: 0o600 });
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,1,system:masters\n`, { mode: 0o600 });
}

/** The certificate of the server is its own, made for this run on loopback. */
const kubeconfigOf = (server: string, token: string): string => `apiVersion: v1
kind: Config
current-context: test
clusters: [{ name: test, cluster: { server: '${server}', insecure-skip-tls-verify: true } }]
users: [{ name: admin, user: { token: '${token}' } }]
contexts: [{ name: test, context: { cluster: test, user: admin, namespace: default } }]
`;
