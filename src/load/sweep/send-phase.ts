import type { LoadClient } from '../load-client.ts';
import type { LoadOrder } from '../load-order.ts';
import { machineMillis, type ServerUse, serverUse, useBetween } from '../machine/processor-times.ts';
import type { SendPhase } from './sweep.ts';

/** What the machine did while a phase was sent. */
export interface MachineUse {
  /** Milliseconds that it took. */
  readonly wall: number;
  /** Of the server with its processes; null where that cannot be seen. */
  readonly server: ServerUse | null;
  /** Milliseconds of processors of everything that runs here. */
  readonly machine: number;
}

/** Sends phases from a process of its own, each with moments of its own; `pids` are the processes of the server. */
export function phaseSender(
  client: LoadClient,
  order: Omit<LoadOrder, 'phases'>,
  pids: () => readonly number[],
): SendPhase<MachineUse> {
  let sent = 0;
  return async (phase) => {
    const [began, before, machine] = [performance.now(), serverUse(pids()), machineMillis()];
    const [outcome] = await client.run({ ...order, seed: order.seed + sent++, phases: [phase] });
    const after = serverUse(pids());
    return {
      ...outcome!,
      use: {
        wall: performance.now() - began,
        server: before && after && useBetween(before, after),
        machine: machineMillis() - machine,
      },
    };
  };
}
