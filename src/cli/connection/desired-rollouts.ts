import type { WrittenEndpoints } from '../../config/config.ts';
import type { DesiredRollout, DesiredRollouts } from '../../control/desired/desired-state.ts';

/** How endpoints get to their versions, by what a file says; its grammar is loaded where it says something. Throws DESIRED_INVALID. */
export async function desiredRollouts(endpoints: WrittenEndpoints | null): Promise<DesiredRollouts> {
  if (endpoints === null) return {};
  const { rolloutsIn } = await import('../../control/desired/desired-state.ts');
  return rolloutsIn(endpoints.written, endpoints.path);
}

/** The same of one endpoint, by the file that lies here, read when it is asked for. Throws CONFIG_INVALID, DESIRED_INVALID. */
export async function localDesiredRollout(endpoint: string): Promise<DesiredRollout | null> {
  const { endpointsHere } = await import('../../config/config.ts');
  const rollouts = await desiredRollouts(await endpointsHere());
  return Object.hasOwn(rollouts, endpoint) ? (rollouts[endpoint] ?? null) : null;
}
