/** Entry of the monitoring process. It ends with the process that started it; whatever it leaves is taken up by the next. */
import { setPriority } from 'node:os';
import { obeyParent } from '../../process/parent.ts';
import { stderrLog } from '../log.ts';
import type { FromMonitor, ToMonitor } from './messages.ts';
import { openMonitorProcess } from './process.ts';
import { RemoteWatchEnvironment } from './remote-watch-environment.ts';

/** Below what answers requests on the same machine: it takes what they leave. */
const NICENESS = 10;
const ALIVE_MILLIS = 1000;

obeyParent<ToMonitor, FromMonitor>(async ({ settings }, parent) => {
  setPriority(NICENESS);
  const asking = new RemoteWatchEnvironment(parent.send);
  parent.onMessage((message) => asking.hear(message));
  const logger = stderrLog({ process: 'monitor' });
  // Of one server there is one such process: the next one goes on under the claims of the one before.
  const holder = settings.replica;
  const alive = (): void => parent.send({ kind: 'alive', ...monitor.state });
  const monitor = await openMonitorProcess({
    ...{ ...settings, surroundings: asking, logger, holder },
    onState: () => alive(),
  });
  parent.onLeave(async () => {
    await monitor.close();
    process.exit(0);
  });
  parent.send({ kind: 'ready' });
  setInterval(alive, ALIVE_MILLIS).unref();
});
