/** Every operation of the control API. */
import { ADVICE_OPERATIONS } from './advice.ts';
import { ANALYSIS } from './analysis.ts';
import { API_KEYS } from './api-keys.ts';
import { CONTENTS } from './contents.ts';
import { ENDPOINTS } from './endpoints.ts';
import { FEEDBACK } from './feedback.ts';
import { JOBS } from './jobs.ts';
import { MODELS } from './models.ts';
import { MONITORING } from './monitoring.ts';
import type { ApiRoute } from './operation.ts';
import { PITFALL_OPERATIONS } from './pitfalls.ts';
import { REQUEST_OPERATIONS } from './requests.ts';
import { ROLLOUTS } from './rollouts.ts';
import { ROUTERS } from './routers.ts';
import { SERVER } from './server.ts';
import { TRAFFIC } from './traffic.ts';
import { UPKEEP } from './upkeep.ts';
import { VERSIONS } from './versions.ts';

export const OPERATIONS: readonly ApiRoute[] = [
  ...MODELS,
  ...VERSIONS,
  ...CONTENTS,
  ...ANALYSIS,
  ...ADVICE_OPERATIONS,
  ...ENDPOINTS,
  ...ROLLOUTS,
  ...ROUTERS,
  ...TRAFFIC,
  ...FEEDBACK,
  ...JOBS,
  ...MONITORING,
  ...PITFALL_OPERATIONS,
  ...REQUEST_OPERATIONS,
  ...UPKEEP,
  ...SERVER,
  ...API_KEYS,
];
