import type { StepBase } from './step-base.ts';
import type { StepDescriptions } from './step-description.ts';

/**
 * A predictor that is a transformer, too: it answers what `predictor` answers, and `transform`, which is also what a
 * step behind it sees, is that of `projection`. Both take the same columns and refuse the same rows.
 */
export interface ProjectingPredictorOf<Step> extends StepBase {
  readonly kind: 'projecting-predictor';
  readonly predictor: Step;
  readonly projection: Step;
}

/** The description of the kind, for a union of steps that the family itself does not know. */
export const projectingSteps = <Step>(): StepDescriptions<ProjectingPredictorOf<Step>, Step> => ({
  'projecting-predictor': {
    needs: ({ predictor }, width, _out, nested) => nested.needs(predictor, width, null),
    width: ({ projection }, input, nested) => nested.width(projection, input),
    types: ({ projection }, input, nested) => nested.types(projection, input),
    outputs: ({ predictor }, transform, nested) => [...nested.outputs(predictor, transform), transform],
    form: 'table',
    rounding: 'sum',
    parts: ({ predictor, projection }) => [
      { name: 'predictor', step: predictor },
      { name: 'projection', step: projection },
    ],
  },
});
