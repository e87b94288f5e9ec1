import type { ControlOperations } from '../../api/generated/control-api.ts';

type LintOperation = ControlOperations['GET /api/v1/endpoints/{endpoint}/rollout-lint'];

/** What a rollout would do, and whether it may begin. */
export type LintView = LintOperation['answer'];
export type PolicyOutline = NonNullable<LintView['policy']>;

/** Strategies that are offered: a placebo moves nobody to another version. */
export type OfferedStrategy = Exclude<LintOperation['query']['strategy'], 'placebo'>;
