/**
 * What a platform expects of the process it starts, as one value: doors, pages and ports follow from it, and nothing else
 * looks at the environment for it.
 */
export interface Contract {
  readonly kind: 'plain' | 'sagemaker' | 'vertex' | 'kserve';
  /** Only what scores, tells health and counts is offered: no pages for people, no control API. */
  readonly predictionsOnly: boolean;
  /** Models come and go by `POST /models` and `DELETE /models/{model}` (SageMaker's multi-model endpoints). */
  readonly multiModel: boolean;
  /** Paths at which the platform asks for predictions and for health, beside those that are always there. */
  readonly predictRoute: string | null;
  readonly healthRoute: string | null;
  /** Media type of answers at `/invocations` to who accepts anything; null where that is JSON. */
  readonly defaultAccept: string | null;
}

/** A process that nobody but a person has started. */
export const PLAIN: Contract = {
  kind: 'plain',
  predictionsOnly: false,
  multiModel: false,
  predictRoute: null,
  healthRoute: null,
  defaultAccept: null,
};
