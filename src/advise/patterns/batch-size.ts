/** The fewest lanes that do a run in time, and the cheapest machine for them. Pure. */
import { lanesFor, predictBatch } from '../capacity/batch.ts';
import type { BatchSize } from './option.ts';
import { type Offer, offersOf } from './place-price.ts';
import type { Situation } from './situation.ts';

export interface Batched {
  readonly batch: BatchSize;
  /** Price of all machines, an hour. */
  readonly hour: number;
}

/** Bytes of the server that starts runs, without a model. */
const SERVER_BYTES = 200e6;

/** A run of `rows` rows within `millis`; null where no number of lanes does it, or no machine holds one. */
export function cheapestRun(
  situation: Situation,
  rows: number,
  millis: number,
  every: number | null,
): Batched | null {
  const lanes = lanesFor(situation.cost, rows, millis / 1000);
  return lanes === null ? null : runOn(situation, rows, lanes, every);
}

/** A run with so many lanes; null where no machine holds one of them. */
export function runOn(
  situation: Situation,
  rows: number,
  lanes: number,
  every: number | null,
): Batched | null {
  const { cost } = situation;
  const offers = offersOf(situation);
  const most = Math.max(...offers.map(({ cores }) => cores));
  const machines = Math.ceil(lanes / most);
  const each = Math.ceil(lanes / machines);
  const memory = each * cost.batch.memory + SERVER_BYTES;
  const found = cheapest(offers, each, memory);
  if (found === null) return null;
  const { seconds } = predictBatch(cost, { rows, lanes, cores: lanes });
  const { offer, hour } = found;
  return {
    batch: {
      lanes,
      memory: machines * memory,
      run: seconds * 1000,
      rows,
      every,
      machines,
      instance: offer.instance,
    },
    hour: machines * hour,
  };
}

function cheapest(
  offers: readonly Offer[],
  cores: number,
  memory: number,
): { readonly offer: Offer; readonly hour: number } | null {
  const fits = offers.flatMap((offer) => {
    const hour = offer.cores >= cores ? offer.hour(memory) : null;
    return hour === null ? [] : [{ offer, hour }];
  });
  return fits.reduce<(typeof fits)[number] | null>(
    (best, one) => (best !== null && best.hour <= one.hour ? best : one),
    null,
  );
}
