/**
 * Who may do what over the control API: the least scope of each operation. What is not listed here nobody may do without
 * `admin`; `docs/security.md` shows the same table. Pure.
 */
import type { RequiredScope } from '../access/scopes.ts';
import type { ApiRoute } from './operation.ts';

type Name = `${ApiRoute['method']} ${string}`;

export const OPERATION_SCOPES: Readonly<Record<Name, RequiredScope>> = {
  'GET /info': 'viewer',
  'GET /server': 'viewer',
  'GET /models': 'viewer',
  'GET /models/{model}': 'viewer',
  'PUT /models/{model}/aliases/{alias}': 'operator',
  'DELETE /models/{model}/aliases/{alias}': 'operator',
  'GET /models/{model}/versions': 'viewer',
  // Brings files of strangers, and with `trust` their code.
  'POST /models/{model}/versions': 'admin',
  'GET /models/{model}/versions/{version}': 'viewer',
  'GET /models/{model}/versions/{version}/proof': 'viewer',
  'PATCH /models/{model}/versions/{version}': 'operator',
  'GET /models/{model}/versions/{version}/certificate': 'viewer',
  'GET /models/{model}/versions/{version}/contents': 'viewer',
  'GET /models/{model}/versions/{version}/trees/{step}/{tree}': 'viewer',
  'GET /models/{model}/versions/{version}/golden': 'viewer',
  'GET /models/{model}/difference': 'viewer',
  'GET /models/{model}/versions/{version}/columns': 'viewer',
  'GET /models/{model}/versions/{version}/importance': 'viewer',
  'GET /models/{model}/versions/{version}/dependence/{column}': 'viewer',
  // Says what the version answers to any row.
  'POST /models/{model}/versions/{version}:counterfactual': 'operator',
  // Changes nothing.
  'POST /advice': 'viewer',
  'GET /endpoints': 'viewer',
  'GET /endpoints/{endpoint}': 'viewer',
  'PATCH /endpoints/{endpoint}': 'operator',
  'GET /endpoints/{endpoint}/routes': 'viewer',
  'GET /endpoints/{endpoint}/traffic': 'viewer',
  'GET /endpoints/{endpoint}/explain': 'viewer',
  'GET /endpoints/{endpoint}/requests': 'viewer',
  'POST /endpoints/{endpoint}:rollback': 'operator',
  'GET /endpoints/{endpoint}/rollouts': 'viewer',
  'GET /endpoints/{endpoint}/rollout-lint': 'viewer',
  'POST /endpoints/{endpoint}/rollouts': 'operator',
  'GET /rollouts': 'viewer',
  'GET /rollouts/{id}': 'viewer',
  'GET /rollouts/{id}/history': 'viewer',
  'GET /rollouts/{id}/windows': 'viewer',
  'GET /rollouts/{id}/evidence': 'viewer',
  'POST /rollouts/{id}:pause': 'operator',
  'POST /rollouts/{id}:resume': 'operator',
  'POST /rollouts/{id}:promote': 'operator',
  'POST /rollouts/{id}:abort': 'operator',
  'POST /rollouts/{id}:approve': 'operator',
  'GET /routers': 'viewer',
  'GET /traffic': 'viewer',
  'POST /feedback': 'operator',
  'GET /jobs': 'viewer',
  'GET /jobs/{job}': 'viewer',
  // What a job reads and writes is anything that the server can.
  'PUT /jobs/{job}': 'admin',
  'PUT /jobs/{job}/schedule': 'admin',
  'POST /jobs/{job}:pause': 'operator',
  'POST /jobs/{job}:unpause': 'operator',
  'POST /jobs/{job}:trigger': 'operator',
  'GET /jobs/{job}/runs': 'viewer',
  'POST /jobs/{job}/runs': 'operator',
  'GET /jobs/{job}/runs/{run}': 'viewer',
  'POST /jobs/{job}/runs/{run}:cancel': 'operator',
  'POST /jobs/{job}/runs/{run}:release': 'operator',
  'GET /jobs/{job}/runs/{run}/receipt': 'viewer',
  'GET /jobs/{job}/runs/{run}/outputs': 'viewer',
  // Rows of people.
  'GET /jobs/{job}/runs/{run}/rejects': 'operator',
  'GET /jobs/{job}/runs/{run}/reject-groups': 'operator',
  'POST /jobs/{job}/runs/{run}:replay': 'operator',
  'GET /monitors': 'viewer',
  'GET /endpoints/{endpoint}/monitor': 'viewer',
  // Says what is captured, and where alerts are sent.
  'PUT /endpoints/{endpoint}/monitor': 'admin',
  'GET /endpoints/{endpoint}/drift': 'viewer',
  'GET /endpoints/{endpoint}/drift/history': 'viewer',
  // Changes nothing.
  'POST /endpoints/{endpoint}/monitor/replays': 'viewer',
  'GET /endpoints/{endpoint}/quality': 'viewer',
  'POST /endpoints/{endpoint}/receivers/{receiver}:test': 'operator',
  'GET /alerts': 'viewer',
  'GET /alerts/dead-letters': 'viewer',
  'GET /alerts/{alert}': 'viewer',
  'POST /alerts/{alert}:acknowledge': 'operator',
  'GET /pitfalls': 'viewer',
  // Rows that people sent.
  'GET /requests/{request}': 'operator',
  'GET /requests/{request}/explanation': 'operator',
  // Names of people, and where they called from.
  'GET /audit': 'operator',
  'GET /audit/chain': 'operator',
  'GET /keys': 'viewer',
  'GET /gc': 'viewer',
  'POST /gc': 'admin',
  'GET /api-keys': 'admin',
  'GET /api-keys/known': 'admin',
  'POST /api-keys': 'admin',
  'POST /api-keys/{key}:revoke': 'admin',
  'POST /api-keys/{key}:rotate': 'admin',
};

export const nameOf = ({ method, path }: Pick<ApiRoute, 'method' | 'path'>): Name => `${method} ${path}`;

export const scopeOf = (operation: Pick<ApiRoute, 'method' | 'path'>): RequiredScope =>
  OPERATION_SCOPES[nameOf(operation)] ?? 'admin';
