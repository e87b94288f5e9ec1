/** Deployments of these tests, and the fake that they go to. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AppliedChanges,
  type ApplyPorts,
  applyDeployment,
  type Deployment,
  destroy,
} from '../../src/deploy/plan/apply.ts';
import type { CloudProvider } from '../../src/deploy/plan/port.ts';
import { openSite, vertexCloud } from '../../src/deploy/vertex/cloud.ts';
import type { VertexDocument } from '../../src/deploy/vertex/document.ts';
import type { VertexSite } from '../../src/deploy/vertex/kind.ts';
import { parseVertexDocument } from '../../src/deploy/vertex/parse.ts';
import { renderVertex } from '../../src/deploy/vertex/render.ts';
import { vertexRouter } from '../../src/deploy/vertex/weights.ts';
import { HandClock } from '../../tools/clouds/clock.ts';
import { type Fake, type FakeOptions, startFake } from '../../tools/clouds/google/fake.ts';
import { DELAYS } from '../../tools/clouds/google/world.ts';

export const imageOf = (version: number): string =>
  `europe-west4-docker.pkg.dev/acme/models/churn@sha256:${String(version).repeat(64).slice(0, 64)}`;

/** Versions with their shares. */
export function documentOf(shares: Readonly<Record<number, number>>, more: object = {}): VertexDocument {
  const versions = Object.entries(shares).map(([version, traffic]) => ({
    model: 'churn',
    version: Number(version),
    digest: version.repeat(64).slice(0, 64),
    image: imageOf(Number(version)),
    traffic,
  }));
  const rest = {
    deployment: 'churn',
    project: 'acme-ml',
    location: 'europe-west4',
    endpoint: { id: 'churn' },
  };
  return parseVertexDocument({ ...rest, versions, ...more }, 'vertex.yaml');
}

type Time = Pick<ApplyPorts, 'sleep' | 'monotonic'>;

export interface Scene {
  readonly fake: Fake;
  readonly site: VertexSite;
  /** Sends the deployment there. */
  apply(document: VertexDocument): Promise<AppliedChanges>;
  destroy(document: VertexDocument): Promise<readonly string[]>;
  /** Splits the traffic of the endpoint `churn`, as a rollout does. */
  weights(shares: Readonly<Record<number, number>>): Promise<void>;
  cloud(document: VertexDocument): CloudProvider;
  close(): Promise<void>;
}

/** Time as it passes, a little faster. */
const SOON = {
  sleep: (millis: number) => sleep(Math.min(millis, 5)),
  monotonic: () => performance.now(),
};
const SHORT = { upload: 4, endpoint: 4, deploy: 6, remove: 4, job: 20 };

/** The same where nothing happens but while somebody waits: each time the same way. */
export async function sceneByHand(): Promise<Scene & { readonly clock: HandClock }> {
  const clock = new HandClock();
  const time = { sleep: clock.sleep, monotonic: () => clock.now() };
  return { ...(await scene({ clock, delays: DELAYS }, time)), clock };
}

/** A fake of its own, and one client that asks it. */
export async function scene(options: FakeOptions = {}, time: Time = SOON): Promise<Scene> {
  const fake = await startFake({ delays: SHORT, ...options });
  const place = { project: 'acme-ml', location: 'europe-west4', deployment: 'churn' };
  const site = openSite(place, { address: fake.url, ...time });
  const cloud = (document: VertexDocument): CloudProvider =>
    vertexCloud({ ...site, deployment: document.deployment }, renderVertex(document).resources);
  const ports = (document: VertexDocument) => ({ cloud: cloud(document), ...time });
  const rendered = (document: VertexDocument): Deployment => renderVertex(document);
  return {
    fake,
    site,
    cloud,
    apply: (document) => applyDeployment(rendered(document), ports(document)),
    destroy: (document) => destroy(rendered(document), ports(document)),
    weights: (shares) =>
      vertexRouter(site, 'churn').write(
        new Map(Object.entries(shares).map(([version, share]) => [Number(version), share])),
      ),
    close: () => fake.stop(),
  };
}

/** What there is, without what a server sets by itself: names, marks, shares, machines. */
export function present({ fake }: Scene): object {
  const { models, endpoints, jobs } = fake.world;
  const last = (name: unknown): string => String(name).split('/').at(-1)!;
  return {
    models: [...models.keys()].map(last).sort(),
    endpoints: [...endpoints].map(([name, { message, deployed }]) => ({
      name: last(name),
      labels: message['labels'],
      split: message['trafficSplit'] ?? {},
      deployed: [...deployed.values()]
        .map(({ message: one }) => `${String(one['id'])} ${last(one['model'])} ${String(one['displayName'])}`)
        .sort(),
    })),
    jobs: [...jobs.values()].map(({ message }) => message['displayName']).sort(),
  };
}
