import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { namesOf } from '../config/access.ts';
import type { DesiredRollout } from '../control/desired/desired-state.ts';
import type { ServingFleet } from '../control/fleet/fleet.ts';
import { LocalVersions } from '../control/local/versions.ts';
import type { VersionView } from '../control/port.ts';
import { everyMillis } from '../control/rollouts/interval-scheduler.ts';
import type { Actor } from '../core/actor.ts';
import { valueOfKey } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import type { Logger } from '../core/ports.ts';
import { bundleDir } from '../registry/bundle.ts';
import type { AcceptedVersion } from '../registry/version.ts';
import { sendError } from '../serving/http/reply.ts';
import type { AuditEntry, Strategy } from '../store/store.ts';
import { KeysKeeper } from './access/keeper.ts';
import { ensureLocalToken, localTokenPath } from './access/local-token.ts';
import { lazyAnalyses } from './analysis/lazy-analyses.ts';
import { type AuditNote, changeJob } from './api/job-changes.ts';
import { assemble, type ControlPlaneParts } from './assembly.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import type { ControlSettings } from './control-settings.ts';
import { listenOnSocket } from './control-socket.ts';
import { ServerJobs } from './jobs/jobs.ts';
import { LocalWatchEnvironment } from './monitor/local-watch-environment.ts';
import { ServerMonitor } from './monitor/monitor.ts';
import { nothingToServe } from './nothing-to-serve.ts';
import { lazyPitfalls } from './pitfalls/lazy-pitfalls.ts';
import {
  type AddVersion,
  leftOut,
  type RegistrationProgress,
  registerFiles,
  rollOut,
  SERVE,
} from './registration.ts';
import { withOutside } from './routers/outside.ts';
import { ServerRouters } from './routers/routers.ts';
import { type ServedModel, servedModels } from './served.ts';

export interface ControlPlaneOptions extends ControlSettings {
  readonly fleet: ServingFleet;
  readonly logger: Logger;
  readonly onProgress: (progress: RegistrationProgress) => void;
}

export interface ControlPlane {
  /** What is served now. */
  readonly models: readonly ServedModel[];
  close(): Promise<void>;
}

/** How often it is looked for changes while somebody follows them: in a file here, and in a database elsewhere. */
const CHANGES_MILLIS = 1000;
const CHANGES_ELSEWHERE_MILLIS = 4000;

const WATCH: Actor = { by: 'watch' };

/**
 * Starts what decides: opens the store, registers the files, has the fleet follow the endpoints, goes on with rollouts,
 * starts those of new versions, and listens for the control API. To be called under the lock of the data folder. Throws
 * what refuses a file, what the store throws, WATCH_INVALID, and CONFIG_INVALID where there is nothing to serve.
 */
export async function startControlPlane(given: ControlPlaneOptions): Promise<ControlPlane> {
  let routers: ServerRouters | null = null;
  const outside = withOutside(given.fleet, given, (...of) => routers?.followedSince(...of) ?? null);
  const options = { ...given, fleet: outside.fleet };
  const rolloutOf = (endpoint: string) => writtenOf(options, endpoint);
  const assembly = await assemble({ ...options, rolloutOf, answers: true });
  const closing = [assembly.close, outside.close];
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).toReversed()) await one();
  };
  try {
    const keeper = await openKeys(assembly, options);
    closing.push(() => keeper.close());
    await writeRulesOf(options);
    await assembly.recover();
    const versions = await registerAndStart(assembly, options);
    const notes = await rollOut(assembly.control, versions, {
      strategyOf: strategyOf(options),
      actor: SERVE,
    });
    const given = versions.map(({ model }) => model);
    let why: PlimsollError | null = null;
    const onLeftOut = (endpoint: string, error: PlimsollError): void => {
      why = error;
      options.onProgress({ kind: 'note', text: leftOut(`the endpoint "${endpoint}"`, error) });
    };
    const models = await servedModels(assembly.control, acceptedIn(assembly), given, notes, onLeftOut);
    if (models.length === 0 && options.watch === null && !options.empty)
      throw why ?? nothingToServe(options.dataDir);
    const jobs = new ServerJobs(options);
    closing.push(() => jobs.close());
    await defineJobs(jobs, options.jobs, assembly);
    const monitor = monitorOf(assembly, options);
    closing.push(() => monitor.close());
    await defineMonitors(monitor, assembly, options);
    const following = routersOf(assembly, options);
    routers = following;
    closing.push(() => following.close());
    closing.push(
      await openWatch(assembly, options),
      await openApi(assembly, { jobs, monitor, routers: following, keeper }, options),
    );
    return { models, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The keys that hold are known before anybody is answered. Throws KEYS_MISSING where nobody could come in. */
async function openKeys(
  { store, parts }: ControlPlaneParts,
  options: ControlPlaneOptions,
): Promise<KeysKeeper> {
  const { dataDir, access, host, logger } = options;
  const { keysFile } = access;
  const keeper = new KeysKeeper({ store, clock: parts.clock, dataDir, keysFile, env: process.env, logger });
  await keeper.start();
  if (access.mode === 'keys' && keeper.size === 0)
    throw await keeper.close().then(() => new PlimsollError('KEYS_MISSING', { host, data: dataDir }));
  if (access.mode === 'insecure')
    logger.warn({ host }, 'insecure: whoever reaches this address may ask for predictions');
  return keeper;
}

/** Before any process that serves is told what to serve. */
async function writeRulesOf({ dataDir, monitors }: ControlPlaneOptions): Promise<void> {
  if (Object.keys(monitors).length === 0) return;
  const { writeFirstRules } = await import('./monitor/capture-rules.ts');
  await writeFirstRules(dataDir, monitors);
}

async function defineJobs(
  jobs: ServerJobs,
  written: ControlSettings['jobs'],
  assembly: ControlPlaneParts,
): Promise<void> {
  const append = appendTo(assembly);
  const note: AuditNote = (what, subject, body) => append({ ...SERVE, what, subject, body });
  for (const [name, document] of Object.entries(written)) {
    const all = await jobs.jobs();
    await changeJob(all, name, { what: 'job.defined', note }, () => all.define(name, document, SERVE));
  }
}

const appendTo =
  ({ store }: ControlPlaneParts) =>
  async (entry: Omit<AuditEntry, 'at'>): Promise<void> => {
    const at = Math.floor(SYSTEM_CLOCK.now());
    await store.transaction(({ audit }) => audit.append({ at, ...entry }));
  };

const routersOf = (
  { store }: ControlPlaneParts,
  { routers: written, logger }: ControlPlaneOptions,
): ServerRouters => {
  const route = async (endpoint: string) => (await store.tables.endpoints.get(endpoint))?.route ?? null;
  return new ServerRouters({ written, route, logger });
};

const monitorOf = (
  { store, control, parts }: ControlPlaneParts,
  { dataDir, storeUrl, fleet, logger, monitorShare: share }: ControlPlaneOptions,
): ServerMonitor => {
  const bundleOf = (digest: string): string => bundleDir(dataDir, digest);
  const surroundings = new LocalWatchEnvironment({ store, control, fleet, clock: parts.clock, bundleOf });
  const { clock } = parts;
  return new ServerMonitor({
    ...{ dataDir, storeUrl, share, store, control, clock, surroundings, logger },
    answers: true,
  });
};

/** Of endpoints that there are: one that is only to come is watched by defaults until the server starts again. */
async function defineMonitors(
  monitor: ServerMonitor,
  { store }: ControlPlaneParts,
  { monitors, logger }: ControlPlaneOptions,
): Promise<void> {
  const known: [string, unknown][] = [];
  for (const [name, document] of Object.entries(monitors)) {
    if ((await store.tables.endpoints.get(name)) !== null) known.push([name, document]);
    else logger.warn({ endpoint: name }, 'monitors names an endpoint that is not there');
  }
  if (known.length === 0) return;
  const { applyMonitors } = await import('../monitor/apply-monitors.ts');
  await applyMonitors(await monitor.monitoring(), Object.fromEntries(known), SERVE);
}

const writtenOf = ({ rollouts }: ControlSettings, endpoint: string): DesiredRollout | null =>
  Object.hasOwn(rollouts, endpoint) ? valueOfKey(rollouts, endpoint) : null;

const strategyOf =
  (settings: ControlSettings) =>
  (endpoint: string): Strategy =>
    settings.immediate ? 'immediate' : (writtenOf(settings, endpoint)?.strategy ?? 'canary');

/** What was served before answers again while new files are proved; where nothing was, nothing answers until they are. */
async function registerAndStart(
  assembly: ControlPlaneParts,
  options: ControlPlaneOptions,
): Promise<readonly VersionView[]> {
  const { items } = await assembly.store.tables.endpoints.list({ limit: 1 });
  const register = () => registerFiles(addingTo(assembly), options, options.onProgress);
  if (items.length > 0) {
    await assembly.start();
    const versions = await register();
    await assembly.publisher.publish();
    return versions;
  }
  const versions = await register();
  await assembly.start();
  return versions;
}

/** While files are registered nothing is published: what is served comes all at once. */
const addingTo =
  ({ parts }: ControlPlaneParts): AddVersion =>
  async (model, source, onProgress) => {
    let refusal: PlimsollError | null = null;
    const onRefusal = (error: PlimsollError): void => {
      refusal = error;
    };
    const publisher = { publish: () => Promise.resolve() };
    const versions = new LocalVersions({ ...parts, publisher, proof: { onProgress, onRefusal } });
    const version = await versions.addVersion(model, source, SERVE);
    if (refusal) throw refusal;
    return version;
  };

const acceptedIn =
  ({ catalog, store }: ControlPlaneParts) =>
  async (model: string, version: number): Promise<AcceptedVersion> => {
    const row = await store.tables.versions.get(model, version);
    if (!row) throw new PlimsollError('VERSION_UNKNOWN', { model, version });
    return catalog.accepted(row);
  };

/** Who answers what the control plane itself does not. */
interface AskedOf {
  readonly jobs: ServerJobs;
  readonly monitor: ServerMonitor;
  readonly routers: ServerRouters;
  readonly keeper: KeysKeeper;
}

/** Listens for the control API, whose code loads with the first request. Answers what ends it. */
async function openApi(
  assembly: ControlPlaneParts,
  { jobs, monitor, routers, keeper }: AskedOf,
  options: ControlPlaneOptions,
): Promise<() => Promise<void>> {
  const { logger, dataDir, access, socket, fleet } = options;
  const local = { token: ensureLocalToken(dataDir), path: localTokenPath(dataDir) };
  let api: Promise<{
    handle: (request: IncomingMessage, response: ServerResponse) => void;
    close(): Promise<void>;
  }> | null = null;
  const load = async () => {
    const { createApi } = await import('./api/api.ts');
    const { idempotency } = assembly.store.tables;
    const { ChangeWatch } = await import('../control/changes/change-watch.ts');
    const { TrafficWatch } = await import('../control/fleet/traffic-watch.ts');
    const { noteAttempts } = await import('./access/attempts.ts');
    const { UploadUsage } = await import('./access/uploads.ts');
    const uploads = new UploadUsage(access.uploads, dataDir, SYSTEM_CLOCK);
    const rules = {
      hosts: namesOf(access),
      keysOnly: access.mode === 'keys',
      accessMode: access.mode,
      keys: keeper,
      local,
      apiKeys: keeper.keys,
      onRefused: noteAttempts(assembly.store, SYSTEM_CLOCK, logger),
      onChanged: appendTo(assembly),
      onUpload: uploads.admit.bind(uploads),
    };
    const asked = {
      jobs: () => jobs.jobs(),
      monitoring: () => monitor.monitoring(),
      pitfalls: lazyPitfalls({ ...assembly, jobs, monitor, clock: SYSTEM_CLOCK, dataDir }),
      routers: () => routers.views,
      facts: async () => (await import('./facts.ts')).serverFactsOf(assembly.store.kind, options),
      traffic: new TrafficWatch({
        load: () => fleet.load?.() ?? null,
        clock: SYSTEM_CLOCK,
        every: everyMillis,
      }),
      recent: (endpoint: string) => fleet.recent?.(endpoint) ?? Promise.resolve([]),
      analyses: lazyAnalyses(options),
      changes: new ChangeWatch({
        sources: [
          () => assembly.store.tables.revisions.all(),
          () => monitor.revisions(),
          () => jobs.revisions(),
        ],
        millis: assembly.store.kind === 'sqlite' ? CHANGES_MILLIS : CHANGES_ELSEWHERE_MILLIS,
        every: everyMillis,
        logger,
      }),
    };
    const tools = { dataDir, logger, idempotency, clock: SYSTEM_CLOCK };
    return createApi(assembly.control, { ...tools, ...rules, ...asked });
  };
  const server: Server = await listenOnSocket(socket, (request, response) => {
    api ??= load();
    api.then(
      ({ handle }) => handle(request, response),
      (error: unknown) => {
        api = null;
        logger.error({ err: error }, 'the control API failed to load');
        sendError(response, new PlimsollError('INTERNAL', { action: 'the request', reason: 'see the log' }));
      },
    );
  });
  return async () => {
    server.close();
    server.closeAllConnections();
    await (await api)?.close();
  };
}

/** Makes what is dropped into the watched folder versions, and starts their rollouts. Answers what ends it. */
async function openWatch(
  { control }: ControlPlaneParts,
  options: ControlPlaneOptions,
): Promise<() => Promise<void>> {
  const { watch, logger } = options;
  if (watch === null) return () => Promise.resolve();
  const { watchModelFolder } = await import('../registry/watch.ts');
  const add = async (model: string, path: string): Promise<VersionView> => {
    const version = await control.addVersion(model, { path, keepArchived: true }, WATCH);
    if (version.state !== 'ready') return version;
    const notes = await rollOut(control, [version], { strategyOf: strategyOf(options), actor: WATCH });
    for (const note of notes.values()) logger.warn({ model, version: version.version }, note);
    return version;
  };
  const watched = watchModelFolder({ folder: watch, add, clock: SYSTEM_CLOCK, logger });
  return () => watched.close();
}
