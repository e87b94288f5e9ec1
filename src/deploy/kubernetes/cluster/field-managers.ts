/** Names under which fields of objects are owned (https://kubernetes.io/docs/reference/using-api/server-side-apply/). Pure. */

/** Of `deploy`. */
export const FIELD_MANAGER = 'plimsoll';
/** Of a rollout, which owns the rules of a route. */
export const ROLLOUT_MANAGER = 'plimsoll-rollout';
/** Keeps the number of pods while one scaler has gone and the next has not yet come. */
export const SCALER_MANAGER = 'plimsoll-scaler';
/** As whom numbers of pods are written that a scaler decides: the controllers of a cluster, and we where it begins. */
export const COUNTERS: readonly string[] = ['kube-controller-manager', SCALER_MANAGER];
