import { randomBytes } from 'node:crypto';
import { checkTls } from '../access/certificates.ts';
import { type DataLock, lockData } from '../lock.ts';
import type { RunningService, ServiceOptions } from '../service.ts';
import { ControlSupervisor } from './control-supervisor.ts';
import { type BoundListener, bindListener } from './listener.ts';
import { WorkerSupervisor } from './worker-supervisor.ts';

interface InWorkersOptions extends ServiceOptions {
  readonly workers: number;
}

/**
 * Serves in processes of their own, with the control plane in another one beside them. This process owns the data folder
 * and the socket; it reads no model, opens no store and answers no request. Throws DATA_LOCKED, LISTEN_FAILED,
 * WORKER_FAILED, TLS_UNREADABLE, and what the control process refuses.
 */
export async function serveInWorkers(options: InWorkersOptions): Promise<RunningService> {
  checkTls(options.tls);
  const lock = lockData(options.dataDir);
  try {
    return await serveUnder(lock, await bindListener(options), options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function serveUnder(
  lock: DataLock,
  listener: BoundListener,
  options: InWorkersOptions,
): Promise<RunningService> {
  const { dataDir, logger, maxBody, connections, metricsAliases, captures, access, tls, onProgress } =
    options;
  const workers = new WorkerSupervisor(
    {
      ...{ workers: options.workers, maxBody, connections, metricsAliases, captures, access, tls, logger },
      replica: randomBytes(6).toString('hex'),
      controlSocket: lock.socket,
      dataDir,
      onPiece: (piece) => control.piece(piece),
      onChange: () => control.fleetChanged(),
    },
    listener,
  );
  const control = new ControlSupervisor({
    settings: { ...options.control, access, dataDir, socket: lock.socket, copies: options.workers },
    live: () => workers.live,
    publish: (snapshot) => workers.publish(snapshot),
    counts: () => workers.counts,
    load: () => workers.load,
    recent: (endpoint) => workers.recent(endpoint),
    ...{ logger, onProgress },
  });
  const renew = (): void => workers.renew();
  if (tls !== null) process.on('SIGHUP', renew);
  const stop = async (): Promise<void> => {
    process.off('SIGHUP', renew);
    await control.stop();
    lock.release();
  };
  try {
    const models = await Promise.race([control.ready, workers.ended.then(() => [])]);
    await Promise.race([workers.ready, workers.ended]);
    lock.announce(listener.url);
    const close = async (): Promise<void> => {
      await workers.close();
      await stop();
    };
    // Whatever ends the workers ends the control process after them.
    const ended = workers.ended.finally(stop);
    ended.catch(() => undefined); // the caller hears of it, but later than now
    return { url: listener.url, models, close, ended };
  } catch (error) {
    await workers.close();
    await stop();
    throw error;
  }
}
