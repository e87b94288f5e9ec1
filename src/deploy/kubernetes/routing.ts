/** The HTTPRoute that splits requests between versions (https://gateway-api.sigs.k8s.io/api-types/httproute/). Pure. */
import { required } from '../../core/element-at.ts';
import { type KubernetesObject, versionedName } from './manifest.ts';
import { metaOf } from './serving.ts';
import type { KubernetesSpec, ServedVersion } from './spec.ts';

const backend = (spec: Pick<KubernetesSpec, 'name'>, version: number): object => ({
  group: '',
  kind: 'Service',
  name: versionedName(spec.name, version),
  port: 80,
});

/** Weights are shares of their sum; ours add up to 100. A version of weight 0 stays in the list, so that it can be raised. */
function rulesOf(spec: KubernetesSpec): readonly object[] {
  const isShadow = ({ role }: ServedVersion): boolean => role === 'shadow';
  const mirrors = spec.versions.filter(isShadow).map(({ version, weight }) => ({
    type: 'RequestMirror',
    requestMirror: { backendRef: backend(spec, version), ...(weight === 100 ? {} : { percent: weight }) },
  }));
  const timeout = `${spec.longestRequestSeconds}s`;
  return [
    {
      matches: [{ path: { type: 'PathPrefix', value: '/' } }],
      ...(mirrors.length === 0 ? {} : { filters: mirrors }),
      backendRefs: spec.versions
        .filter((served) => !isShadow(served))
        .map(({ version, weight }) => ({ ...backend(spec, version), weight })),
      timeouts: { request: timeout, backendRequest: timeout },
    },
  ];
}

export function httpRoute(spec: KubernetesSpec): KubernetesObject {
  const { name, namespace, section, hostnames } = required(spec.gateway, 'spec.gateway');
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: metaOf(spec, spec.name),
    spec: {
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name,
          ...(namespace === null ? {} : { namespace }),
          ...(section === null ? {} : { sectionName: section }),
        },
      ],
      ...(hostnames.length === 0 ? {} : { hostnames }),
      rules: rulesOf(spec),
    },
  };
}
