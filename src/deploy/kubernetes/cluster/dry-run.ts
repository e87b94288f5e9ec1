import { isPlimsollError } from '../../../core/errors.ts';
import type { Deployment } from '../../plan/apply.ts';
import { idOf, specDigest } from '../../plan/key.ts';
import { stepFor } from '../../plan/plan.ts';
import type { ClusterApi } from './api.ts';
import { ClusterCloud } from './cloud.ts';

/** Something that would be written, and why the cluster would not take it. */
export interface DryRunRefusal {
  readonly id: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Has the cluster try everything that `apply` would write, without keeping any of it: fields of others, policies, permissions and
 * mistakes are known before something is changed. Throws CLOUD_NAME_TAKEN, and CLOUD_UNREACHABLE.
 */
export async function refusals(
  api: ClusterApi,
  { name, resources }: Deployment,
  force: boolean,
): Promise<readonly DryRunRefusal[]> {
  const cloud = new ClusterCloud({ api: dry(api), resources, force });
  const found: DryRunRefusal[] = [];
  for (const resource of resources) {
    const step = stepFor(name, resource, (await cloud.observe(resource)) ?? undefined);
    if (step?.action !== 'create' && step?.action !== 'update') continue;
    try {
      await cloud.create(resource, { deployment: name, digest: specDigest(resource) });
    } catch (error) {
      if (!isPlimsollError(error) || error.code === 'CLOUD_UNREACHABLE') throw error;
      found.push({ id: idOf(resource), code: error.code, message: error.message });
    }
  }
  return found;
}

/** Every change goes through admission and is forgotten (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run). */
const dry = (api: ClusterApi): ClusterApi => ({
  ...api,
  send: (call) =>
    api.send(call.method === 'GET' ? call : { ...call, query: { ...call.query, dryRun: 'All' } }),
});
