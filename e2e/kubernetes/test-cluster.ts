/** A control plane of tests, with the kinds of others installed; pods are called ready as they come. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterApi, connect } from '../../src/deploy/kubernetes/cluster/api.ts';
import { kubernetesFiles, writeKubernetesFolder } from '../../src/deploy/kubernetes/folder.ts';
import { type KubernetesSpec, kubernetesSpecOf } from '../../src/deploy/kubernetes/spec.ts';
import type { ApplyPorts } from '../../src/deploy/plan/apply.ts';
import type { CloudProvider } from '../../src/deploy/plan/port.ts';
import { type ControlPlane, startControlPlane } from '../../tools/kubernetes/control-plane.ts';
import { definitionFiles } from '../../tools/kubernetes/schemas.ts';
import { BIN } from '../cli.ts';
import { startKubelet } from './kubelet.ts';
import { CHURN, image } from './specs.ts';

export interface TestCluster {
  readonly plane: ControlPlane;
  readonly api: ClusterApi;
  /** Output of a `kubectl` that has to succeed. */
  kubectl(...args: readonly string[]): string;
  /** The command, while pods go on becoming ready. */
  plimsoll(...args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }>;
  /** Folder of `package kubernetes`. */
  written(name: string, spec: KubernetesSpec): string;
  installDefinitions(): void;
  stop(): Promise<void>;
}

/** The first start builds the programs, once. */
export const START_MILLIS = 3_600_000;

export async function startTestCluster(): Promise<TestCluster> {
  const plane = await startControlPlane();
  try {
    return await clusterOf(plane);
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

async function clusterOf(plane: ControlPlane): Promise<TestCluster> {
  const work = mkdtempSync(join(tmpdir(), 'plimsoll-deploy-'));
  const kubectl = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = plane.run('kubectl', ...args);
    if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const installDefinitions = (): void => {
    for (const file of definitionFiles()) kubectl('apply', '--server-side', '-f', file);
    // `kubectl wait` fails on a definition of which nothing has been said yet.
    const isKnown = (): boolean =>
      plane.run('kubectl', 'wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s').status ===
      0;
    for (let tries = 20; !isKnown(); tries--)
      if (tries === 0) throw new Error('the definitions are not taken');
  };
  installDefinitions();
  const api = await connect({ kubeconfig: plane.kubeconfig });
  const kubelet = startKubelet(api);
  return {
    plane,
    api,
    kubectl,
    installDefinitions,
    plimsoll: (...args) =>
      new Promise((resolve) => {
        const env = { ...process.env, NO_COLOR: '1', KUBECONFIG: plane.kubeconfig };
        execFile(process.execPath, [BIN, ...args], { env, encoding: 'utf8' }, (error, stdout, stderr) =>
          resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
        );
      }),
    written: (name, spec) => {
      const folder = join(work, name.replaceAll(' ', '-'));
      writeKubernetesFolder(folder, kubernetesFiles(spec));
      return folder;
    },
    stop: async () => {
      await kubelet.stop();
      await plane.stop();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** A real clock, but waits that are short: pods become ready at once. */
export const quickly = (cloud: CloudProvider): ApplyPorts => ({
  cloud,
  monotonic: () => performance.now(),
  sleep: (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(millis, 300))),
  waitMillis: 60_000,
});

/** A route, a version that is stable and one that gets nothing yet, a pod each. */
export const small = (more: object = {}): KubernetesSpec =>
  kubernetesSpecOf(
    {
      image: image(1),
      replicas: 1,
      gateway: { name: 'public' },
      candidates: [{ version: 4, image: image(2), weight: 0 }],
      ...more,
    },
    CHURN,
  );
