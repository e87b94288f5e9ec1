/** A control plane in a child that is killed with SIGKILL, at any moment of what it is asked to do. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Actor } from '../../../core/actor.ts';
import type { PlaneSnapshot } from '../../../rollout/route.ts';
import type { WindowPart } from '../../../rollout/window-part.ts';
import type { RolloutRow } from '../../../store/store.ts';
import type { FleetChange } from '../../fleet/fleet.ts';
import type { RolloutCommand } from '../../port.ts';
import type { Boot } from './story.ts';

interface Time {
  readonly now: number;
  readonly monotonic: number;
}

type Command = readonly [id: string, command: RolloutCommand, actor: Actor];

export type ToChild =
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'part'; readonly part: WindowPart }
  | { readonly kind: 'change'; readonly change: FleetChange }
  | { readonly kind: 'published'; readonly sequence: number; readonly versions: readonly number[] }
  | ({ readonly kind: 'order'; readonly time: Time } & Order);

type Order =
  | { readonly name: 'start' | 'tick' }
  | { readonly name: 'begin'; readonly row: RolloutRow }
  | { readonly name: 'command'; readonly command: Command };

export type ToParent =
  | { readonly kind: 'done'; readonly error: string | null }
  | { readonly kind: 'publish'; readonly snapshot: PlaneSnapshot };

const CHILD = join(import.meta.dirname, 'plane.child.ts');

/** `killAfter`: milliseconds after which the next order is the last of its process, or null where it lives on. */
export const bootChild =
  (url: string, killAfter: (life: number) => number | null): Boot =>
  async (fleet, clock, life) => {
    const child = fork(CHILD, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    let isDead = false;
    const death = once(child, 'exit').then(() => {
      isDead = true;
    });
    const send = (message: ToChild): void => {
      if (!isDead && child.connected) child.send(message, () => undefined);
    };
    let answered: (error: string | null) => void = () => undefined;
    child.on('message', async (message: ToParent) => {
      if (message.kind === 'done') return answered(message.error);
      const { sequence, versions } = message.snapshot;
      await fleet.publish(message.snapshot);
      send({ kind: 'published', sequence, versions: versions.map(({ version }) => version) });
    });
    fleet.onPart((part) => send({ kind: 'part', part }));
    fleet.onChange((change) => send({ kind: 'change', change }));
    const ask = async (message: ToChild): Promise<void> => {
      const answer = new Promise<string | null>((resolve) => {
        answered = resolve;
      });
      send(message);
      const error = await Promise.race([answer, death.then(() => 'dead')]);
      if (error !== null) throw new Error(error);
    };
    const order = async (given: Order): Promise<void> => {
      const after = killAfter(life);
      const time = { now: clock.now(), monotonic: clock.monotonic() };
      const timer = after === null ? undefined : setTimeout(() => child.kill('SIGKILL'), after);
      try {
        await ask({ kind: 'order', time, ...given });
      } finally {
        clearTimeout(timer);
        if (child.killed) await death;
      }
    };
    await ask({ kind: 'open', url });
    return {
      get isDead() {
        return isDead;
      },
      writes: 0,
      start: () => order({ name: 'start' }),
      tick: () => order({ name: 'tick' }),
      begin: (row) => order({ name: 'begin', row }),
      command: (...command) => order({ name: 'command', command }),
      end: async () => {
        child.kill('SIGKILL');
        await death;
      },
    };
  };
