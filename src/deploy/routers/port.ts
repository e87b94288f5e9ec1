/**
 * Something outside that splits the traffic of an endpoint between its versions: an HTTPRoute, the variants of a SageMaker
 * endpoint, the traffic split of Vertex. It follows the route of an endpoint here, one generation after the other.
 */

/** Share of each version, in percent; they add up to 100. A version that is not named has 0. */
export type VersionWeights = ReadonlyMap<number, number>;

export interface RouterState {
  readonly weights: VersionWeights;
  /** Who else writes the same fields, as the platform calls them; empty where it is us alone. */
  readonly writers: readonly string[];
  /** What the platform calls this state of it (a resource version, an etag), or null. */
  readonly revision: string | null;
}

export interface TrafficRouter {
  /** Its address: `kubernetes:NAMESPACE/HTTPROUTE`, `sagemaker:ENDPOINT`, `vertex:PROJECT/LOCATION/ENDPOINT`. */
  readonly id: string;
  /** Throws ROUTER_UNREACHABLE, and ROUTER_REFUSED where there is no such router, or it has what is not ours to understand. */
  read(): Promise<RouterState>;
  /**
   * Has it split traffic so, and settles when the platform has taken it. Writing what is there already changes nothing.
   * Throws ROUTER_CONFLICT where somebody else writes the same fields, ROUTER_REFUSED where a version is not deployed
   * there or the platform says no, ROUTER_UNREACHABLE.
   */
  write(weights: VersionWeights): Promise<void>;
}
