/** How many replicas there are at rest and at the peak, within what one deployment may have. Pure. */
import type { Sizing } from './blueprint.ts';

/** Of pods and of instances alike: `hpa.max`, `versions[].instances`. */
const REPLICAS_MAX = 1000;

export interface Fleet {
  readonly min: number;
  readonly max: number;
  /** What a person has to know of it, where it is more than one deployment may have. */
  readonly lacks: readonly string[];
}

export function fleetOf({ least, most }: Sizing): Fleet {
  const wanted = Math.max(least, most);
  return {
    min: Math.min(REPLICAS_MAX, least),
    max: Math.min(REPLICAS_MAX, wanted),
    lacks:
      wanted <= REPLICAS_MAX
        ? []
        : [`further deployments: ${wanted} replicas are wanted, and one has at most ${REPLICAS_MAX}`],
  };
}
