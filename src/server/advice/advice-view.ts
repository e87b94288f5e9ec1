/** What the control API answers to who asks for advice. */
import type { Static } from 'typebox';
import { ADVICE } from '../../advise/advice/advice.ts';
import {
  anyNumber,
  anyText,
  described,
  epochMillis,
  list,
  nullable,
  shape,
} from '../../schema/value-schema.ts';

const TRAFFIC = shape({
  endpoint: described(anyText, 'Whose requests were counted'),
  from: epochMillis,
  to: epochMillis,
  rate: described(anyNumber, 'Requests a second, on average over the hours with traffic'),
  peak: described(anyNumber, 'In the busiest part of that time'),
  hours: described(anyNumber, 'Milliseconds of a day with traffic'),
});
export type CountedTraffic = Static<typeof TRAFFIC>;

export const ADVICE_ANSWER = shape({
  advice: ADVICE,
  traffic: described(
    nullable(TRAFFIC),
    'Null where the needs say how much is asked for, or nobody has asked yet',
  ),
  files: shape({
    files: list(
      shape({
        name: anyText,
        text: anyText,
        does: described(anyText, 'What it is for'),
      }),
    ),
    commands: described(
      list(shape({ run: anyText, does: anyText })),
      'What starts them, in the folder that holds them',
    ),
    fill: described(list(anyText), 'What a person has to fill in'),
  }),
});
export type AdviceAnswer = Static<typeof ADVICE_ANSWER>;
