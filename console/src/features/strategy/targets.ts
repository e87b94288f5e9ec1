/** Where a version can be rolled out to, and why nowhere. Pure. */
import type { EndpointView } from '../../api/generated/control-api.ts';

type Endpoint = Pick<EndpointView, 'name' | 'model' | 'stable' | 'previous'> & {
  readonly rollout: Pick<NonNullable<EndpointView['rollout']>, 'id' | 'candidate'> | null;
};

/** Endpoints of its model that another version answers, and where no rollout is on its way. */
export const targetsOf = <E extends Endpoint>(
  model: string,
  version: number,
  all: readonly E[],
): readonly E[] => all.filter((one) => one.model === model && one.rollout === null && one.stable !== version);

/** Why there is nothing to choose. */
export function noTargetWords(
  model: string,
  version: number,
  all: readonly Endpoint[],
): { readonly text: string; readonly rollout: string | null } {
  const own = all.filter((one) => one.model === model);
  const busy = own.find(({ rollout }) => rollout !== null);
  if (busy?.rollout != null)
    return {
      text: `Version ${busy.rollout.candidate} is being rolled out at ${busy.name}: wait for its end, or end it.`,
      rollout: busy.rollout.id,
    };
  const served = own.find(({ stable }) => stable === version);
  if (served !== undefined) {
    const first = served.previous === null ? ' It is the first: there was nothing to compare it with.' : '';
    return { text: `Version ${version} answers everybody at ${served.name} already.${first}`, rollout: null };
  }
  return {
    text: `No endpoint is of ${model}: its first version that passes its checks becomes one.`,
    rollout: null,
  };
}
