/** A control plane in a process of its own, to be killed: the parent has its clock and its fleet. */

import type { WindowPart } from '../../../rollout/window-part.ts';
import { openStore } from '../../../store/open.ts';
import type { FleetChange, ServingFleet } from '../../fleet/fleet.ts';
import type { ToChild, ToParent } from './process.ts';
import { type Plane, planeOf } from './world.ts';

const time = { now: 0, monotonic: 0 };
const ready = new Set<number>();
const published = new Map<number, () => void>();
let onPart: (part: WindowPart) => void = () => undefined;
let onChange: (change: FleetChange) => void = () => undefined;
let plane: Plane;

const tell = (message: ToParent): void => {
  process.send!(message);
};

const fleet: ServingFleet = {
  publish: (snapshot) =>
    new Promise((resolve) => {
      published.set(snapshot.sequence, resolve);
      tell({ kind: 'publish', snapshot });
    }),
  ready: (_model, version) => (ready.has(version) ? 1 : 0),
  onPart: (listener) => {
    onPart = listener;
  },
  onChange: (listener) => {
    onChange = listener;
  },
};

async function obey(order: Extract<ToChild, { kind: 'order' }>): Promise<void> {
  Object.assign(time, order.time);
  const { controller } = plane;
  if (order.name === 'start') await controller.start();
  if (order.name === 'tick') await controller.tick();
  if (order.name === 'begin') await controller.begin(order.row);
  if (order.name === 'command') await controller.command(...order.command);
}

process.on('message', async (message: ToChild) => {
  switch (message.kind) {
    case 'open': {
      const clock = { now: () => time.now, monotonic: () => time.monotonic };
      plane = planeOf(await openStore(message.url), fleet, clock);
      return tell({ kind: 'done', error: null });
    }
    case 'part':
      return onPart(message.part);
    case 'change':
      return onChange(message.change);
    case 'published':
      for (const version of message.versions) ready.add(version);
      return published.get(message.sequence)?.();
    default:
      return obey(message).then(
        () => tell({ kind: 'done', error: null }),
        (error: Error) => tell({ kind: 'done', error: error.message }),
      );
  }
});
process.on('disconnect', () => process.exit());
