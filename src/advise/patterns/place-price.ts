/** Where things can run, and what an hour there costs. Pure. */
import type { Instance, Listing } from '../prices/prices.ts';
import type { Situation } from './situation.ts';

/** A size in which replicas and machines can be had. */
export interface Offer {
  readonly instance: string | null;
  readonly cores: number;
  /** Price of an hour for what takes so many bytes; null where they do not fit. */
  readonly hour: (memory: number) => number | null;
}

/** What the system and what watches it take of a machine. */
const MEMORY_USED_MOST = 0.8;
/** Cores of pods: what schedulers place easily. */
const POD_CORES = [1, 2, 4, 8, 16] as const;

/** All sizes of the platform, the cheapest first. */
export function offersOf({ wants, prices }: Pick<Situation, 'wants' | 'prices'>): readonly Offer[] {
  if (wants.platform === 'kubernetes') return POD_CORES.map((cores) => podOf(prices.machines, cores));
  const { instances } = wants.platform === 'machine' ? prices.machines : prices.sagemaker;
  return [...instances]
    .sort(([a, one], [b, other]) => one.hour - other.hour || (a < b ? -1 : 1))
    .map(([name, { cores, memory, hour }]) => ({
      instance: name,
      cores,
      hour: (needed) => (needed <= MEMORY_USED_MOST * memory ? hour : null),
    }));
}

/** A pod takes its share of the cheapest node, by what it takes more of. */
const podOf = ({ instances }: Listing, cores: number): Offer => ({
  instance: null,
  cores,
  hour: (memory) => {
    const shares = [...instances.values()].flatMap((node) => shareOf(node, cores, memory) ?? []);
    return shares.length === 0 ? null : Math.min(...shares);
  },
});

function shareOf(node: Instance, cores: number, memory: number): number | null {
  const share = Math.max(cores / node.cores, memory / (MEMORY_USED_MOST * node.memory));
  return share <= 1 ? share * node.hour : null;
}
