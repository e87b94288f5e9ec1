import type { LoadClient } from '../load-client.ts';
import type { LoadOrder } from '../load-order.ts';
import { machineMillis, processUse } from '../machine/processor-times.ts';
import type { SendPhase } from './sweep.ts';

/** What the machine did while a phase was sent. */
export interface MachineUse {
  /** Milliseconds that it took. */
  readonly wall: number;
  /** Milliseconds of processors: of the server with its processes (null where that cannot be seen), and of everything. */
  readonly server: number | null;
  readonly machine: number;
  /** Bytes of memory of the server when the phase had ended. */
  readonly memory: number | null;
}

/** Sends phases from a process of its own, each with moments of its own; `pids` are the processes of the server. */
export function phaseSender(
  client: LoadClient,
  order: Omit<LoadOrder, 'phases'>,
  pids: () => readonly number[],
): SendPhase<MachineUse> {
  let sent = 0;
  return async (phase) => {
    const [began, before, machine] = [performance.now(), processUse(pids()), machineMillis()];
    const [outcome] = await client.run({ ...order, seed: order.seed + sent++, phases: [phase] });
    const after = processUse(pids());
    return {
      ...outcome!,
      use: {
        wall: performance.now() - began,
        server: before === null || after === null ? null : Math.max(0, after.millis - before.millis),
        machine: machineMillis() - machine,
        memory: after?.memory ?? null,
      },
    };
  };
}
