/** Two servers of one version: the one is calibrated on as the advisor does, the other is held to what is predicted. */
import { cp } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Place, usualPlace } from '../../src/advise/capacity/place.ts';
import { lineThrough } from '../../src/advise/cost/measured/lane-fit.ts';
import { type Asked, sizeBoundsOf, UNWATCHED } from '../../src/advise/cost/measured/measure-cost.ts';
import { onlineCostOf, type RoundOfLoads } from '../../src/advise/cost/measured/online-fit.ts';
import { onlyManifest, withFolder, withSubject } from '../../src/advise/cost/measured/subject.ts';
import type { OnlineCost } from '../../src/advise/cost/model-cost.ts';
import { microsAt } from '../../src/advise/cost/request-cost.ts';
import { LoadClient } from '../../src/load/load-client.ts';
import type { BundleManifest } from '../../src/registry/version.ts';
import type { Case } from './cases.ts';

/** What is put before the command of a server, such as a program that has it run before all others of a busy machine. */
const BEFORE = (process.env['CAPACITY_BEFORE'] ?? '').split(' ').filter(Boolean);
export const PLIMSOLL = [...BEFORE, process.execPath, join(import.meta.dirname, '../../bin/plimsoll.js')];

/** Cores that are theirs: less than there are where something else has a share of them, as Linux keeps from real-time programs. */
const CORES = Number(process.env['CAPACITY_CORES'] ?? cpus().length);

/** Starts one of the two servers for as long as something is asked of it. */
type Started = <T>(ask: (asked: Asked) => Promise<T>) => Promise<T>;

export interface Registered {
  readonly manifest: BundleManifest;
  readonly calibrated: Started;
  readonly validated: Started;
}

/**
 * Each over a data folder of its own, and started anew: code that registration has run is slower for having seen more. The second is a
 * copy: where requests are scored follows from what registration measured, which is never the same twice.
 */
export const withRegistered = <T>(
  { model }: Case,
  work: (registered: Registered) => Promise<T>,
): Promise<T> =>
  withFolder((first) =>
    withFolder(async (second) => {
      await withSubject({ plimsoll: PLIMSOLL, model }, first, {}, () => Promise.resolve());
      await cp(first, second, { recursive: true });
      const manifest = await onlyManifest(first);
      const startedIn =
        (folder: string): Started =>
        (ask) =>
          withSubject({ plimsoll: PLIMSOLL, model: UNWATCHED }, folder, {}, async (subject) => {
            const client = new LoadClient();
            try {
              return await ask({ client, manifest, rowBytes: sizeBoundsOf(manifest).rowBytes, subject });
            } finally {
              await client.close();
            }
          });
      return work({ manifest, calibrated: startedIn(first), validated: startedIn(second) });
    }),
  );

/** Short, so that each round sees the machine as the next one does: its speed changes by a quarter within seconds. */
export const SLICES = { calmSeconds: 0.3, restedSeconds: 0.3, busySeconds: 0.3 };

/** What rounds of calibration say: the cost of the model, and this machine with the client on it. */
export interface Calibration {
  readonly online: OnlineCost;
  readonly place: (rows: number) => Place;
}

export function calibrationOf(
  rounds: readonly RoundOfLoads[],
  { manifest }: Pick<Asked, 'manifest'>,
): Calibration {
  const facts = { cores: cpus().length, memory: 0, memoryAway: 0, start: 0 };
  const online = onlineCostOf(rounds, sizeBoundsOf(manifest), facts);
  const sent = rounds.flatMap(({ busy }) => busy.map(({ rows, client: micros }) => ({ rows, micros })));
  const client = lineThrough(sent);
  const place = (rows: number): Place => ({
    ...usualPlace(cpus().length),
    cores: CORES,
    client: microsAt(client, rows),
  });
  return { online, place };
}
