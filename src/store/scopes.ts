/** What API keys are for. Pure. */

/** What a key lets its holder do, from reading to everything; `predict` is for predictions and nothing else. */
export const SCOPES = ['predict', 'viewer', 'operator', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];
