import { obeyParent } from '../../process/parent.ts';
import { startControlPlane } from '../control-plane.ts';
import { WorkersFleet } from '../fleets/workers.ts';
import { keepingHeapSmall } from '../heap.ts';
import { stderrLog } from '../log.ts';
import type { FromControl, ToControl } from './messages.ts';

/** Entry of the control process beside the workers. It ends at once with its parent: whatever it leaves is resumed. */

const ALIVE_MILLIS = 1000;

obeyParent<ToControl, FromControl>(async ({ settings, fleet: live }, parent) => {
  const fleet = new WorkersFleet(live, parent.send);
  parent.onMessage((message) => fleet.hear(message));
  const plane = await startControlPlane({
    ...settings,
    fleet,
    logger: stderrLog({ process: 'control' }),
    onProgress: (progress) => parent.send({ kind: 'progress', progress }),
  });
  parent.onLeave(async () => {
    await plane.close();
    process.exit(0);
  });
  parent.send({ kind: 'ready', models: plane.models });
  keepingHeapSmall();
  setInterval(() => parent.send({ kind: 'alive' }), ALIVE_MILLIS).unref();
});
