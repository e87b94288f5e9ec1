import type { Protocol, ProtocolRoutes } from '../protocol.ts';
import { invocations, sageMakerRuntime } from './invocations.ts';
import { plainRoutes } from './plain.ts';
import { v1 } from './v1.ts';
import { v1ExplainRoutes } from './v1-explain.ts';
import { v2 } from './v2/v2.ts';
import { vertex } from './vertex.ts';
import { vertexExplainRoutes } from './vertex-explain.ts';

/**
 * Every family of paths that this server answers predictions at. The first one is the one it is made ready for; of those
 * that tell of wrong paths, the more special come before the more general.
 */
export const PROTOCOL_ROUTES: readonly ProtocolRoutes[] = [
  plainRoutes,
  invocations,
  sageMakerRuntime,
  vertex,
  vertexExplainRoutes,
  v1,
  v1ExplainRoutes,
  v2,
];

/** Every protocol that is spoken there. */
export const PROTOCOLS: readonly Protocol[] = [
  ...new Set(PROTOCOL_ROUTES.flatMap(({ protocols }) => protocols)),
];
