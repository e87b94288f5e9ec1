import { randomBytes } from 'node:crypto';
import { ServingMetrics } from '../serving/metrics/serving-metrics.ts';
import { checkTls } from './access/certificates.ts';
import { startControlPlane } from './control-plane.ts';
import { LocalFleet } from './fleets/local.ts';
import { type DataLock, lockData } from './lock.ts';
import type { RunningService, ServiceOptions } from './service.ts';
import { openServing } from './serving.ts';

/** Serves in this very process, with the control plane in it. Throws what either throws at its start. */
export async function serveHere(options: ServiceOptions): Promise<RunningService> {
  checkTls(options.tls);
  const lock = lockData(options.dataDir);
  try {
    return await serveUnder(lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function serveUnder(lock: DataLock, options: ServiceOptions): Promise<RunningService> {
  const { host, port, maxBody, metricsAliases, captures, logger, control, dataDir, onProgress } = options;
  const { access, tls, connections } = options;
  const name = { worker: `${randomBytes(6).toString('hex')}/1`, epoch: 1 };
  const metrics = new ServingMetrics();
  const serving = openServing({
    ...name,
    ...{
      host,
      port,
      maxBodyBytes: maxBody,
      ...connections,
      metricsAliases,
      captures,
      access,
      tls,
      logger,
      metrics,
    },
    controlSocket: lock.socket,
    dataDir,
    onPiece: (piece) => fleet.piece(piece),
  });
  const fleet = new LocalFleet(name, serving.follower, metrics);
  const settings = { ...control, access, dataDir, socket: lock.socket, copies: 1 };
  const plane = await startControlPlane({ ...settings, fleet, logger, onProgress });
  try {
    const server = await serving.listen();
    lock.announce(server.url);
    const close = async (): Promise<void> => {
      await server.close();
      await plane.close().finally(lock.release);
    };
    return { url: server.url, models: plane.models, close };
  } catch (error) {
    await plane.close();
    throw error;
  }
}
