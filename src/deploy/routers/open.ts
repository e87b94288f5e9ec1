import { setTimeout } from 'node:timers/promises';
import type { RouterAddress } from './address.ts';
import type { TrafficRouter } from './port.ts';

const sleep = (millis: number): Promise<void> => setTimeout(millis);

/** Opens a router, and loads what its platform takes. Throws CLOUD_DENIED where nothing says who we are there. */
export async function openRouter(address: RouterAddress): Promise<TrafficRouter> {
  if (address.kind === 'kubernetes') {
    const { connect } = await import('../kubernetes/cluster/api.ts');
    const { HttpRouteRouter } = await import('../kubernetes/cluster/http-route.ts');
    const { namespace, name } = address;
    return new HttpRouteRouter({ api: await connect({ namespace }), name });
  }
  if (address.kind === 'sagemaker') {
    const { sageMakerRouter } = await import('../sagemaker/weights.ts');
    const { region, endpoint } = address;
    return sageMakerRouter({ region, endpoint, sleep });
  }
  const { openSite } = await import('../vertex/cloud.ts');
  const { vertexRouter } = await import('../vertex/weights.ts');
  const { project, location, endpoint } = address;
  const time = { sleep, monotonic: () => performance.now() };
  const site = openSite({ project, location, deployment: endpoint }, { address: null, ...time });
  return vertexRouter(site, endpoint);
}
