import type { PlaneSnapshot } from '../../rollout/route.ts';
import { fleetMetricFamilies } from '../../serving/metrics/exposition.ts';
import { ServingMetrics } from '../../serving/metrics/serving-metrics.ts';
import { rememberCompiledCode } from '../compile-cache.ts';
import { stderrLog } from '../log.ts';
import { openServing, type Serving } from '../serving.ts';
import type { SharingServer } from '../start.ts';
import { toErrorMessage } from './error-message.ts';
import { type FromWorker, type ToWorker, type WorkerSettings, workerName } from './messages.ts';
import { Reporter } from './reporter.ts';

/** Entry of a serving process beside others: it listens on the parent's socket and ends with the parent. */

/** What is in flight gets this long once the parent is gone. */
const ORPHAN_MILLIS = 1000;

/** What the end of the parent means. */
let orphaned = (): void => process.exit(1);

/** A parent that is gone hears nothing; `disconnect` says so. */
function send(message: FromWorker, sent: () => void = () => undefined): void {
  if (process.connected) process.send!(message, undefined, undefined, sent);
  else sent();
}

/** Follows what the parent says from now on, and listens once there is something to answer with. */
async function run(settings: WorkerSettings, listener: object): Promise<void> {
  const {
    worker,
    epoch,
    host,
    port,
    maxBody,
    connections,
    metricsAliases,
    captures,
    access,
    tls,
    threads,
    copies,
    controlSocket,
    dataDir,
    snapshot,
  } = settings;
  const metrics = new ServingMetrics();
  const logger = stderrLog({ worker });
  const reporter = new Reporter(settings, metrics, () => serving.plane.versions, logger, send);
  const serving = openServing({
    ...{ worker: workerName(settings), epoch, controlSocket, dataDir },
    ...{
      listener,
      host,
      port,
      maxBodyBytes: maxBody,
      ...connections,
      metricsAliases,
      captures,
      access,
      tls,
      threads,
      copies,
      metrics,
      logger,
    },
    onPiece: (piece) => send({ kind: 'piece', piece }),
    scrape: async () => fleetMetricFamilies(await reporter.scrape(), serving.plane.versions),
  });
  let begun: Promise<void> | null = null;
  const begin = async (): Promise<void> => {
    const server = await serving.listen();
    obey(server, reporter);
    reporter.start();
    send({ kind: 'ready' });
    rememberCompiledCode();
  };
  const follow = async (next: PlaneSnapshot): Promise<void> => {
    if (!(await follows(serving, next))) return;
    begun ??= begin();
    await begun;
  };
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'prepare') void follows(serving, message.snapshot);
    if (message.kind === 'follow') follow(message.snapshot).catch(refuse);
  });
  if (snapshot) {
    await serving.follower.follow(snapshot);
    await follow(snapshot);
  }
}

/** Snapshots that this process is about to follow: their versions may have to be loaded. */
let following = 0;

/** Follows a snapshot and says so; or says why not, and goes on as before. */
async function follows({ follower, loaded }: Serving, snapshot: PlaneSnapshot): Promise<boolean> {
  const { sequence } = snapshot;
  if (following++ === 0) send({ kind: 'busy', busy: true });
  try {
    await follower.follow(snapshot);
    send({ kind: 'followed', sequence, loaded: loaded() });
    return true;
  } catch (error) {
    send({ kind: 'unfollowed', sequence, error: toErrorMessage(error) });
    return false;
  } finally {
    if (--following === 0) send({ kind: 'busy', busy: false });
  }
}

/**
 * From here on the parent says what to do. Clients are sent away only when no worker listens any more: the connections
 * that they then open would wait where nobody takes them.
 */
function obey(server: SharingServer, reporter: Reporter): void {
  let leaving = false;
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
    await server.leaveSocket();
    send({ kind: 'left' });
  };
  let closing = false;
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    await server.close();
    reporter.report(() => process.exit(0));
  };
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'usage') void reporter.usage(message.id);
    if (message.kind === 'totals') reporter.settle(message.id, message.totals);
    if (message.kind === 'leave') void leave();
    if (message.kind === 'close') void close();
  });
  process.on('SIGTERM', leave);
  orphaned = () => {
    setTimeout(() => process.exit(1), ORPHAN_MILLIS);
    void leave().then(close);
  };
}

function refuse(error: unknown): void {
  send({ kind: 'refused', error: toErrorMessage(error) }, () => process.exit(1));
}

// A terminal sends its Ctrl-C to every process of the command; what it means is for the parent to say.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => orphaned());
process.once('message', (message: ToWorker, handle: unknown) => {
  if (message.kind === 'start') run(message.settings, handle as object).catch(refuse);
});
