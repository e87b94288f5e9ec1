import type { ControlOperations } from '../../api/generated/control-api.ts';

/** How the proof of a version stands. */
export type ProofView = ControlOperations['GET /api/v1/models/{model}/versions/{version}/proof']['answer'];
