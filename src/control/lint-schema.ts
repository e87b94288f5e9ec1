/** What is told of a rollout that nobody has begun. */

import { computedNumber } from '../schema/transformed.ts';
import {
  anyInteger,
  anyNumber,
  anyText,
  anything,
  choice,
  described,
  flag,
  list,
  nullable,
  shape,
} from '../schema/value-schema.ts';
import { FORECAST } from './rollout-schemas.ts';

/** What a policy would do. */
const POLICY_OUTLINE = shape({
  stages: list(
    shape({
      shadow: anyNumber,
      weight: anyNumber,
      bake: anyNumber,
      minUnits: anyInteger,
      approval: flag,
    }),
  ),
  guards: described(list(anyText), 'Guards that are on'),
  certificate: flag,
  holdback: anyNumber,
  maxTime: anyNumber,
  onTimeout: anyText,
});

export const ROLLOUT_LINT = shape({
  given: described(
    anything,
    "The policy as it is written: of the request, else the endpoint's own; null where nobody wrote one",
  ),
  source: choice(['request', 'endpoint', 'default']),
  policy: described(
    nullable(POLICY_OUTLINE),
    'As it would hold, with its defaults; milliseconds and percent; null where it is invalid',
  ),
  traffic: nullable(
    shape({
      rate: described(anyNumber, 'Requests a second'),
      errorRate: described(anyNumber, 'Share that fails on stable'),
      units: described(nullable(anyInteger), 'Distinct units that there are to ask; null for no end of them'),
      measured: described(flag, 'Of the endpoint, as against given with the request'),
    }),
  ),
  forecast: nullable(FORECAST),
  experiment: described(
    nullable(
      shape({ arm: anyText, units: computedNumber, detectable: computedNumber, time: nullable(anyNumber) }),
    ),
    'Of an experiment: the arm that is found last, its units and those of control at the deadline, the smallest difference that is expected to be found by then, and when the minimum effect is; null where too little is known',
  ),
  warnings: list(anyText),
  refusal: described(
    nullable(
      shape({
        code: anyText,
        message: anyText,
        hint: anyText,
        forced: described(flag, 'Whether it begins all the same by `force`'),
      }),
    ),
    'Why it would not begin; null where it would',
  ),
});
