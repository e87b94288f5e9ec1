import { type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import type { SCOPES } from '../api/generated/control-api.ts';
import { Home } from '../features/home/home.tsx';
import { hrefOf } from '../location/location.ts';

/** A page by its path below `/console`; `*` is any one part, which the page gets. */
interface PageRoute {
  readonly path: readonly string[];
  readonly page: (...names: string[]) => ReactNode;
}

const route = (path: string, page: PageRoute['page']): PageRoute => ({
  path: path.split('/').filter(Boolean),
  page,
});

/** A page whose code comes when somebody opens it. */
const later = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazy(async () => ({ default: await load() }));

const Endpoint = later(async () => (await import('../features/endpoint/endpoint.tsx')).Endpoint);
const Requests = later(async () => (await import('../features/endpoint/requests.tsx')).Requests);
const Monitoring = later(async () => (await import('../features/monitoring/monitoring.tsx')).Monitoring);
const Alerts = later(async () => (await import('../features/alerts/alerts.tsx')).Alerts);
const Alert = later(async () => (await import('../features/alerts/alert.tsx')).Alert);
const MonitorSettings = later(
  async () => (await import('../features/monitor-settings/settings.tsx')).MonitorSettings,
);
const Models = later(async () => (await import('../features/model/models.tsx')).Models);
const Version = later(async () => (await import('../features/model/version-page.tsx')).VersionPage);
const Compare = later(async () => (await import('../features/model/compare-page.tsx')).ComparePage);
const Model = later(async () => (await import('../features/model/model.tsx')).Model);
const Rollouts = later(async () => (await import('../features/rollout/rollouts.tsx')).Rollouts);
const Audit = later(async () => (await import('../features/audit/audit.tsx')).Audit);
const Jobs = later(async () => (await import('../features/batch/jobs.tsx')).Jobs);
const Job = later(async () => (await import('../features/batch/job.tsx')).Job);
const Run = later(async () => (await import('../features/batch/run.tsx')).Run);
const Settings = later(async () => (await import('../features/settings/settings.tsx')).Settings);
const Upload = later(async () => (await import('../features/upload/upload.tsx')).Upload);
const Strategy = later(async () => (await import('../features/strategy/strategy.tsx')).Strategy);
const Rollout = later(async () => (await import('../features/rollout/rollout.tsx')).Rollout);
const RolloutReport = later(async () => (await import('../features/rollout/report.tsx')).RolloutReport);
const Experiment = later(async () => (await import('../features/experiment/experiment.tsx')).Experiment);

const Advise = later(async () => (await import('../features/advise/advise.tsx')).Advise);
const WhatIf = later(async () => (await import('../features/explain/what-if.tsx')).WhatIf);
const LoggedRequest = later(async () => (await import('../features/explain/request.tsx')).LoggedRequest);

/** A rollout of any strategy: an experiment has panels of its own. */
const rolloutPage = (id: string): ReactNode => (
  <Rollout
    key={id}
    id={id}
    experiment={(shown) => (
      <Suspense fallback={null}>
        <Experiment {...shown} />
      </Suspense>
    )}
  />
);

/** Every page. The first one is part of the first load. */
const PAGES: readonly PageRoute[] = [
  route('', () => <Home />),
  route('endpoints/*', (name) => <Endpoint key={name} name={name} />),
  route('endpoints/*/requests', (endpoint) => <Requests key={endpoint} endpoint={endpoint} />),
  route('endpoints/*/monitoring', (endpoint) => <Monitoring key={endpoint} endpoint={endpoint} />),
  route('endpoints/*/monitoring/settings', (endpoint) => (
    <MonitorSettings key={endpoint} endpoint={endpoint} />
  )),
  route('alerts', () => <Alerts />),
  route('alerts/*', (fingerprint) => <Alert key={fingerprint} fingerprint={fingerprint} />),
  route('endpoints/*/explain', (endpoint) => <WhatIf key={endpoint} endpoint={endpoint} />),
  route('requests/*', (id) => <LoggedRequest key={id} id={id} />),
  route('models/*/versions/*/rollout', (model, version) => (
    <Strategy key={`${model}@${version}`} model={model} version={Number(version)} />
  )),
  route('upload', () => <Upload />),
  route('models', () => <Models />),
  route('models/*/compare', (model) => <Compare key={model} model={model} />),
  route('models/*/versions/*', (model, version) => (
    <Version key={`${model} ${version}`} model={model} version={Number(version)} />
  )),
  route('models/*', (name) => <Model key={name} name={name} />),
  route('rollouts', () => <Rollouts />),
  route('rollouts/*', rolloutPage),
  route('rollouts/*/report', (id) => <RolloutReport key={id} id={id} />),
  route('experiments/*', rolloutPage),
  route('advise', () => <Advise />),
  route('jobs', () => <Jobs />),
  route('jobs/*', (name) => <Job key={name} name={name} />),
  route('jobs/*/runs/*', (job, id) => <Run key={id} job={job} id={id} />),
  route('audit', () => <Audit />),
  route('settings', () => <Settings />),
];

interface NavigationEntry {
  readonly text: string;
  readonly kind: string;
  /** What a key must be allowed to do for the page to be of use to it. @default {nothing} */
  readonly needs?: keyof typeof SCOPES;
}

/** Pages that are not about one thing, by the first part of their path: what the bar leads to. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { text: 'Endpoints', kind: 'endpoints' },
  { text: 'Alerts', kind: 'alerts' },
  { text: 'Models', kind: 'models' },
  { text: 'Rollouts', kind: 'rollouts' },
  { text: 'Upload', kind: 'upload', needs: 'POST /api/v1/models/{model}/versions' },
  { text: 'Batch jobs', kind: 'jobs' },
  { text: 'Advise', kind: 'advise' },
  { text: 'Audit', kind: 'audit', needs: 'GET /api/v1/audit' },
  { text: 'Settings', kind: 'settings' },
];

/** The first page is the one of endpoints. */
export const hrefOfKind = (kind: string): string => (kind === 'endpoints' ? hrefOf() : hrefOf(kind));

/** The page at a path; null where there is none. */
export function pageAt(path: readonly string[]): ReactNode {
  const found = PAGES.find(
    ({ path: parts }) =>
      parts.length === path.length && parts.every((part, at) => part === '*' || part === path[at]),
  );
  return found?.page(...path.filter((_, at) => found.path[at] === '*')) ?? null;
}
