import type { ContainerConfig } from '../../config/container.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import { loadBeside } from '../../registry/load-in-thread.ts';
import { saidOfLayers } from '../../registry/python/sandbox-layers.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { DataPlane } from '../../serving/data-plane.ts';
import { ServingMetrics } from '../../serving/metrics/serving-metrics.ts';
import { checkTls } from '../access/certificates.ts';
import { openAccess } from '../access/open.ts';
import { sendingMetrics } from '../metrics-export.ts';
import { type SharingServer, startServer } from '../start.ts';
import { type PlacedBundle, provedBundle } from './bundles.ts';
import { answerLoading } from './loading.ts';
import { measured } from './measured.ts';
import { findBundles } from './model-search.ts';
import { LazyFolder } from './workspace.ts';

export interface RunningContainer {
  readonly url: string;
  readonly versions: readonly LoadedVersion[];
  /** Goes on accepting for a moment while it says that it is not ready, then finishes what is in flight and ends. */
  stop(): Promise<void>;
  /** Takes nothing new, finishes what is in flight, and ends. */
  close(): Promise<void>;
}

/**
 * How long connections are still taken after SIGTERM: whoever balances hears of the end at the same time as this process,
 * and routes on for a moment. Of a short grace, a fifth.
 */
const ACCEPT_MILLIS = 2000;
/** What is left of the grace for closing engines, sending metrics and the end of the process. */
const MARGIN_MILLIS = 2000;

/**
 * Serves what is there, as it is: no store, no control API, nothing written but what has to be fetched or proved. Answers
 * that it is not ready until all is loaded and warm. Throws CONTAINER_KEYS, LISTEN_FAILED, and what finding, proving or loading throws.
 */
export async function serveContainer(config: ContainerConfig, logger: Logger): Promise<RunningContainer> {
  checkTls(config.tls);
  const workspace = new LazyFolder();
  const metrics = new ServingMetrics();
  const gate = await accessOf(config, metrics, logger);
  const loading = await answerLoading(config);
  try {
    const versions: LoadedVersion[] = [];
    if (!config.contract.multiModel) {
      for (const placed of await findBundles({ config, logger, workspace }))
        versions.push(await loaded(placed, logger));
    }
    const plane = new DataPlane(versions);
    const options = await optionsOf(config, plane, logger, workspace);
    await loading.end();
    const server = await startServer({ ...options, plane, metrics, gate, guard: gate });
    const about = { env: process.env, worker: 'container/1', epoch: 1, metrics, plane, logger };
    const sending = await sendingMetrics(server, { ...about, moreMetrics: async () => '' });
    if (config.unused.length > 0)
      logger.warn({ variables: config.unused }, 'settings of the platform that nothing here follows');
    return running(sending, versions, config, workspace);
  } catch (error) {
    await loading.end();
    workspace.remove();
    throw error;
  }
}

async function loaded(placed: PlacedBundle, logger: Logger): Promise<LoadedVersion> {
  const begun = performance.now();
  const { bundle, model, version } = await provedBundle(placed);
  const made = await measured(await loadBeside(bundle, model, version));
  sayLayers(made, logger);
  return { ...made, loadMillis: performance.now() - begun };
}

/** Layers depend on the kernel and on what the platform lets a container do: whoever runs it reads which of them hold. */
function sayLayers({ model, version, engine }: LoadedVersion, logger: Logger): void {
  const layers = engine.status?.().sandbox ?? [];
  if (layers.length === 0) return;
  const level = layers.every(({ active }) => active) ? 'info' : 'warn';
  logger[level]({ model, version, sandbox: saidOfLayers(layers) }, 'Python runs in a sandbox');
}

async function optionsOf(
  config: ContainerConfig,
  plane: DataPlane,
  logger: Logger,
  workspace: LazyFolder,
): Promise<Parameters<typeof startServer>[0]> {
  const { contract, host, port, tls, maxBody, connections, maxScoreMillis, metricsAliases } = config;
  const { memoryBytes, modelsRoot: root } = config;
  const models = contract.multiModel
    ? (await import('./multi-model.ts')).modelsApi({ plane, logger, workspace, root, memoryBytes })
    : undefined;
  return {
    ...{
      versions: [],
      contract,
      host,
      port,
      tls,
      maxBodyBytes: maxBody,
      ...connections,
      metricsAliases,
      models,
      logger,
    },
    ...(maxScoreMillis === null ? {} : { maxScoreMillis }),
    drainMillis: Math.max(1000, config.graceMillis - acceptMillis(config) - MARGIN_MILLIS),
  };
}

/** Throws CONTAINER_KEYS where nobody could come in, CONFIG_INVALID where the keys of the environment are none. */
async function accessOf(
  { access: settings, contract, host }: ContainerConfig,
  metrics: ServingMetrics,
  logger: Logger,
) {
  const opened = await openAccess({
    ...{ settings, dataDir: null, contract, env: process.env, logger },
    onRefusal: (why) => metrics.refused(why),
  });
  if (settings.mode === 'keys' && opened.keys === 0) throw new PlimsollError('CONTAINER_KEYS', { host });
  return opened.access;
}

const acceptMillis = ({ graceMillis }: ContainerConfig): number => Math.min(ACCEPT_MILLIS, graceMillis / 5);

function running(
  server: SharingServer,
  versions: readonly LoadedVersion[],
  config: ContainerConfig,
  workspace: LazyFolder,
): RunningContainer {
  const close = (): Promise<void> => server.close().finally(() => workspace.remove());
  const stop = async (): Promise<void> => {
    server.sendAway();
    await new Promise((resolve) => setTimeout(resolve, acceptMillis(config)));
    await close();
  };
  return { url: server.url, versions, stop, close };
}
