import { expect, test } from 'vitest';
import { rolesFor } from './kinds.ts';

test('A role may make what is wanted, and take away what every cluster knows and an earlier form has left', () => {
  const roles = rolesFor([
    { kind: 'Deployment' },
    { kind: 'ServiceAccount' },
    { kind: 'ClusterServingRuntime' },
  ]);
  expect(roles).toEqual([
    'Role: apiGroups [""], resources ["serviceaccounts"], verbs ["get", "list", "create", "patch", "delete"]',
    'Role: apiGroups ["apps"], resources ["deployments"], verbs ["get", "list", "create", "patch", "delete"]',
    'ClusterRole: apiGroups ["serving.kserve.io"], resources ["clusterservingruntimes"], verbs ["get", "list", "create", "patch", "delete"]',
    'Role: apiGroups ["networking.k8s.io"], resources ["networkpolicies"], verbs ["get", "list", "delete"]',
    'Role: apiGroups ["autoscaling"], resources ["horizontalpodautoscalers"], verbs ["get", "list", "delete"]',
    'Role: apiGroups ["policy"], resources ["poddisruptionbudgets"], verbs ["get", "list", "delete"]',
    'Role: apiGroups [""], resources ["services"], verbs ["get", "list", "delete"]',
    'Role: apiGroups ["batch"], resources ["jobs", "cronjobs"], verbs ["get", "list", "delete"]',
    'Role: apiGroups [""], resources ["events", "pods"], verbs ["list"]',
  ]);
});
