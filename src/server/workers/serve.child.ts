import { toErrorMessage } from '../../process/messages.ts';
import { obeyParent, type ParentChannel } from '../../process/parent.ts';
import type { PlaneSnapshot } from '../../rollout/route.ts';
import { fleetMetricFamilies } from '../../serving/metrics/exposition.ts';
import { ServingMetrics } from '../../serving/metrics/serving-metrics.ts';
import { rememberCompiledCode } from '../compile-cache.ts';
import { stderrLog } from '../log.ts';
import { openServing, type ServingProcess } from '../serving.ts';
import type { SharingServer } from '../start.ts';
import { type FromWorker, type ToWorker, type WorkerSettings, workerName } from './messages.ts';
import { MetricsReporter } from './reporter.ts';

/** Entry of a serving process beside others: it listens on the parent's socket and ends with the parent. */

/** What is in flight gets this long once the parent is gone. */
const ORPHAN_MILLIS = 1000;

type WorkerParent = ParentChannel<ToWorker, FromWorker>;

/** Follows what the parent says from now on, and listens once there is something to answer with. */
async function run(settings: WorkerSettings, parent: WorkerParent, listener: object): Promise<void> {
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
  const { send } = parent;
  const reporter = new MetricsReporter(settings, metrics, () => serving.plane.versions, logger, send);
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
    obey(server, reporter, parent);
    reporter.start();
    send({ kind: 'ready' });
    rememberCompiledCode();
  };
  const follow = async (next: PlaneSnapshot): Promise<void> => {
    if (!(await follows(serving, next, parent))) return;
    begun ??= begin();
    await begun;
  };
  parent.onMessage((message) => {
    if (message.kind === 'prepare') void follows(serving, message.snapshot, parent);
    if (message.kind === 'follow') follow(message.snapshot).catch(parent.refuse);
  });
  if (snapshot) {
    await serving.follower.follow(snapshot);
    await follow(snapshot);
  }
}

/** Snapshots that this process is about to follow: their versions may have to be loaded. */
let following = 0;

/** Follows a snapshot and says so; or says why not, and goes on as before. */
async function follows(
  { follower, loaded }: ServingProcess,
  snapshot: PlaneSnapshot,
  { send }: WorkerParent,
): Promise<boolean> {
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
function obey(server: SharingServer, reporter: MetricsReporter, parent: WorkerParent): void {
  const leave = async (): Promise<void> => {
    await server.leaveSocket();
    parent.send({ kind: 'left' });
  };
  let closing = false;
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    await server.close();
    reporter.report(() => process.exit(0));
  };
  parent.onMessage((message) => {
    if (message.kind === 'recent') {
      const { id, endpoint } = message;
      parent.send({ kind: 'recent', id, requests: reporter.recent(endpoint) });
    }
    if (message.kind === 'usage') void reporter.usage(message.id);
    if (message.kind === 'totals') reporter.settle(message.id, message.totals);
    if (message.kind === 'close') void close();
  });
  const leaving = parent.onLeave(leave);
  parent.onGone(() => {
    setTimeout(() => process.exit(1), ORPHAN_MILLIS);
    void leaving().then(close);
  });
}

obeyParent<ToWorker, FromWorker>(({ settings }, parent, listener) => run(settings, parent, listener));
