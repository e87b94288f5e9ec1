import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { loadBundle } from '../../registry/load.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { exposeTotals } from '../../serving/http/exposition.ts';
import { Metrics } from '../../serving/http/metrics.ts';
import { rememberCompiledCode } from '../compile-cache.ts';
import { stderrLog } from '../log.ts';
import { type SharingServer, startServer } from '../start.ts';
import type { FromParent, FromWorker, WorkerSettings } from './messages.ts';
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

async function run(settings: WorkerSettings, listener: object): Promise<void> {
  const versions: LoadedVersion[] = [];
  for (const { bundle, model, version } of settings.bundles)
    versions.push(await loadBundle(bundle, model, version));
  const metrics = new Metrics();
  const { worker, host, port, maxBody, threads } = settings;
  const logger = stderrLog({ worker });
  const reporter = new Reporter(settings, metrics, logger, send);
  const server = await startServer({
    versions,
    ...{ listener, host, port, maxBody, threads, metrics, logger },
    scrape: async () => exposeTotals(await reporter.scrape(), versions),
  });
  obey(server, reporter);
  reporter.start();
  send({ kind: 'ready' });
  rememberCompiledCode();
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
  process.on('message', (message: FromParent) => {
    if (message.kind === 'part') void reporter.part(message.id);
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
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { code, details } = isPlimsollError(error)
    ? error
    : new PlimsollError('INTERNAL', { action: 'the start of a worker', reason });
  send({ kind: 'refused', error: { code, details } }, () => process.exit(1));
}

// A terminal sends its Ctrl-C to every process of the command; what it means is for the parent to say.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => orphaned());
process.once('message', (message: FromParent, handle: unknown) => {
  if (message.kind === 'start') run(message.settings, handle as object).catch(refuse);
});
