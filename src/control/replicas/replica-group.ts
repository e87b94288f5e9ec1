/** The other control planes that share the store, as the controller sees them. */
import { PlimsollError } from '../../core/errors.ts';
import type { WindowPart } from '../../rollout/window-part.ts';
import type { FleetChange } from '../fleet/fleet.ts';
import type { ReplicaCommand } from './replica-commands.ts';

/** What this replica has to do with rollouts just now. */
export interface ReplicaDuty {
  /** Token of its ownership, or null where another one decides. */
  readonly token: number | null;
  /** Rollouts that run here. */
  readonly rollouts: readonly string[];
  /** Milliseconds after which a piece has come too late for any window. */
  readonly tooLate: number;
}

/** What is told to the controller. */
export interface ReplicaListener {
  /** A piece that another replica recorded. */
  onPart(part: WindowPart): void;
  /** A worker of another replica has come or gone. */
  onChange(change: FleetChange): void;
  /** Obeys an order of another replica. Throws coded errors. */
  onOrder(order: ReplicaCommand, id: string): Promise<void>;
}

export interface ReplicaGroup {
  /** To be called once, before anything else. */
  listen(listener: ReplicaListener): void;
  /** Keeps a piece of a rollout that does not run here for whoever decides on it. */
  sendPart(part: WindowPart): void;
  /** How many workers of all replicas have this version, `here` of them here; 0 where any replica lacks it. */
  ready(model: string, version: number, here: number): number;
  /** Has the owner of the rollouts obey. Throws what it throws, and ROLLOUTS_UNOWNED where none answers. */
  sendCommand(order: ReplicaCommand): Promise<void>;
  /** To be called with every look at what is due. Never throws: what fails is tried again. */
  tick(duty: ReplicaDuty): Promise<void>;
  /** Says goodbye to the others. */
  leave(): Promise<void>;
}

/** Nobody shares the store. */
export const SINGLE_REPLICA: ReplicaGroup = {
  listen: () => undefined,
  sendPart: () => undefined,
  ready: (_model, _version, here) => here,
  sendCommand: () =>
    Promise.reject(new PlimsollError('ROLLOUTS_UNOWNED', { reason: 'another one owns them' })),
  tick: () => Promise.resolve(),
  leave: () => Promise.resolve(),
};
