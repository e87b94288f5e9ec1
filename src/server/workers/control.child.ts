import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { WorkersFleet } from '../fleets/workers.ts';
import { keepingHeapSmall } from '../heap.ts';
import { stderrLog } from '../log.ts';
import { toErrorMessage } from './error-message.ts';
import type { FromControl, ToControl } from './messages.ts';

/** Entry of the control process beside the workers. It ends at once with its parent: whatever it leaves is resumed. */

const ALIVE_MILLIS = 1000;

function send(message: FromControl, sent: () => void = () => undefined): void {
  if (process.connected) process.send!(message, undefined, undefined, sent);
  else sent();
}

async function run({ settings, fleet: live }: Extract<ToControl, { kind: 'start' }>): Promise<void> {
  const fleet = new WorkersFleet(live, send);
  process.on('message', (message: ToControl) => fleet.hear(message));
  const plane = await startControlPlane({
    ...settings,
    fleet,
    logger: stderrLog({ process: 'control' }),
    onProgress: (progress) => send({ kind: 'progress', progress }),
  });
  obey(plane);
  send({ kind: 'ready', models: plane.models });
  keepingHeapSmall();
  setInterval(() => send({ kind: 'alive' }), ALIVE_MILLIS).unref();
}

function obey(plane: ControlPlane): void {
  let closing = false;
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    await plane.close();
    process.exit(0);
  };
  process.on('message', (message: ToControl) => {
    if (message.kind === 'leave') void close();
  });
  process.on('SIGTERM', close);
}

// A terminal sends its Ctrl-C to every process of the command; what it means is for the parent to say.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit(1));
process.once('message', (message: ToControl) => {
  if (message.kind !== 'start') return;
  run(message).catch((error: unknown) =>
    send({ kind: 'refused', error: toErrorMessage(error) }, () => process.exit(1)),
  );
});
