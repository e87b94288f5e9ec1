/** Where a version can be rolled out to. Pure. */
import type { EndpointView, VersionView } from '../../api/generated/control-api.ts';

/** Endpoints of its model that give nobody this version, and where no rollout is on its way. */
export const rolloutTargets = (
  { model, version, state }: VersionView,
  endpoints: readonly EndpointView[],
): readonly EndpointView[] =>
  state === 'ready'
    ? endpoints.filter((one) => one.model === model && one.rollout === null && one.stable !== version)
    : [];

/** Endpoints that a version answers, and as what. */
export const rolesOf = (
  { model, version }: VersionView,
  endpoints: readonly EndpointView[],
): readonly { readonly endpoint: string; readonly role: string }[] =>
  endpoints
    .filter((one) => one.model === model)
    .flatMap(({ name, stable, previous, rollout }) => {
      if (stable === version) return [{ endpoint: name, role: 'serves' }];
      if (rollout?.candidate === version) return [{ endpoint: name, role: 'is rolled out to' }];
      return previous === version ? [{ endpoint: name, role: 'is what a rollback goes to at' }] : [];
    });
