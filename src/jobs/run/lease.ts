/** How long a run is somebody's. Pure. */

/** A holder that is not heard of for so long, in milliseconds, has lost its run. */
export const LEASE_MILLIS = 20_000;
/** How often it lets be heard of itself. */
export const RENEW_MILLIS = 5_000;
