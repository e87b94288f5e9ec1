import { randomBytes } from 'node:crypto';
import { ExternalFleet, type ExternalFleetOptions } from '../../control/external/external-fleet.ts';
import { prometheusSource } from '../../control/external/prometheus-source.ts';
import type { ServingFleet } from '../../control/fleet/fleet.ts';
import { everyMillis } from '../../control/rollouts/interval-scheduler.ts';
import type { Logger } from '../../core/ports.ts';
import { writtenRouter } from '../../deploy/routers/address.ts';
import { SYSTEM_CLOCK } from '../clock.ts';

/**
 * The fleet, and beside it the servers outside whose counters somebody keeps, where `routers` names any. Answers what ends
 * it, too. Throws CONFIG_INVALID.
 */
export function withOutside(
  fleet: ServingFleet,
  { routers, logger }: { readonly routers: Readonly<Record<string, unknown>>; readonly logger: Logger },
  followedSince: ExternalFleetOptions['followedSince'],
): { readonly fleet: ServingFleet; close(): Promise<void> } {
  const sources = new Map(
    Object.entries(routers).flatMap(([endpoint, written]) => {
      const { metrics } = writtenRouter(endpoint, written);
      return metrics === null ? [] : [[endpoint, prometheusSource(metrics)] as const];
    }),
  );
  if (sources.size === 0) return { fleet, close: () => Promise.resolve() };
  const worker = `${randomBytes(6).toString('hex')}/outside`;
  const time = { clock: SYSTEM_CLOCK, every: everyMillis };
  const outside = new ExternalFleet({ fleet, sources, worker, epoch: 1, ...time, followedSince, logger });
  return { fleet: outside, close: () => outside.close() };
}
