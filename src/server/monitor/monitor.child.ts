/** Entry of the monitoring process. It ends with the process that started it; whatever it leaves is taken up by the next. */
import { setPriority } from 'node:os';
import { stderrLog } from '../log.ts';
import { toErrorMessage } from '../workers/error-message.ts';
import { Asking } from './asking.ts';
import type { FromMonitor, MonitorSettings, ToMonitor } from './messages.ts';
import { openMonitorProcess } from './process.ts';

/** Below what answers requests on the same machine: it takes what they leave. */
const NICENESS = 10;
const ALIVE_MILLIS = 1000;

function send(message: FromMonitor, sent: () => void = () => undefined): void {
  if (process.connected) process.send!(message, undefined, undefined, sent);
  else sent();
}

async function run(settings: MonitorSettings): Promise<void> {
  setPriority(NICENESS);
  const asking = new Asking(send);
  process.on('message', (message: ToMonitor) => asking.hear(message));
  const logger = stderrLog({ process: 'monitor' });
  // Of one server there is one such process: the next one goes on under the claims of the one before.
  const holder = settings.replica;
  const alive = (): void => send({ kind: 'alive', ...monitor.state });
  const monitor = await openMonitorProcess({
    ...{ ...settings, surroundings: asking, logger, holder },
    onState: () => alive(),
  });
  let closing = false;
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    await monitor.close();
    process.exit(0);
  };
  process.on('message', (message: ToMonitor) => {
    if (message.kind === 'leave') void close();
  });
  process.on('SIGTERM', close);
  send({ kind: 'ready' });
  setInterval(alive, ALIVE_MILLIS).unref();
}

// A terminal sends its Ctrl-C to every process of the command; what it means is for the parent to say.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit(1));
process.once('message', (message: ToMonitor) => {
  if (message.kind !== 'start') return;
  run(message.settings).catch((error: unknown) =>
    send({ kind: 'refused', error: toErrorMessage(error) }, () => process.exit(1)),
  );
});
