/** The advice on a case, as the command, the API and the console tell it. Pure. */
import type { Static } from 'typebox';
import {
  anyNumber,
  anyText,
  choice,
  described,
  flag,
  list,
  nullable,
  shape,
} from '../../schema/value-schema.ts';
import { CASE } from '../needs/case.ts';
import { PATTERNS } from '../needs/pattern.ts';
import { OPTION } from '../patterns/option.ts';

const PATTERN = choice(PATTERNS);

const CONTRADICTION = shape({
  wishes: described(list(anyText), 'Needs that cannot all be met'),
  what: described(anyText, 'Why, with the numbers'),
  nearest: described(anyText, 'The nearest that can be had'),
});

/** The least change of one need from which on another pattern is advised. */
const CHANGE = shape({
  need: described(anyText, 'Name of the need'),
  from: described(anyText, 'As it is, with its unit'),
  to: described(anyText, 'From where on, with its unit'),
  text: described(anyText, 'In words: "from 310/s on"'),
});

const RUNNER_UP = shape({
  pattern: PATTERN,
  why: described(anyText, 'What it is behind by, with the numbers'),
  change: described(
    nullable(CHANGE),
    'What would have to change to prefer it; null where no change of one need does',
  ),
});

/** Costs of two patterns a month against what drives them apart. */
const BREAK_EVEN = shape({
  need: described(anyText, 'What is varied'),
  unit: described(anyText, 'Of it on the axis'),
  given: described(
    nullable(anyText),
    'What else has to hold: the change of another need; null where nothing has',
  ),
  patterns: described(list(PATTERN), 'The one that is advised, and the next best'),
  now: described(anyNumber, 'Where the case stands on the axis'),
  at: described(nullable(anyNumber), 'Where both cost the same; null where they do not within the axis'),
  points: described(
    list(shape({ x: anyNumber, costs: list(nullable(anyNumber)) })),
    'A month, of each of the patterns; null where it cannot be had',
  ),
});

const OUTCOME = shape({
  value: described(anyText, 'What is assumed instead'),
  pattern: described(nullable(PATTERN), 'What is advised then'),
  replicas: described(nullable(anyNumber), 'Of what is advised now'),
  month: described(nullable(anyNumber), 'Cost of what is advised now, a month'),
});

const ASSUMPTION = shape({
  name: described(anyText, 'The need, or what else is assumed'),
  text: described(anyText, 'What is assumed'),
  half: described(nullable(OUTCOME), 'With half of it; null of what is no number'),
  twice: described(nullable(OUTCOME), 'With twice as much'),
  flips: described(flag, 'Whether another pattern is advised with either'),
});

export const ADVICE = shape({
  name: anyText,
  case: CASE,
  model: shape({
    name: anyText,
    source: described(choice(['measured', 'registered', 'described']), 'Where its costs are from'),
    note: described(nullable(anyText), 'What to know of these costs'),
  }),
  prices: shape({ currency: anyText, date: anyText, source: anyText }),
  advised: described(nullable(PATTERN), 'Null where no pattern can be had as it is wanted'),
  headline: described(anyText, 'The advice in a sentence'),
  reasons: described(list(anyText), 'Why, each with its numbers'),
  options: described(
    list(OPTION),
    'All patterns: those that can be had by their cost a month, then the others',
  ),
  next: described(nullable(RUNNER_UP), 'The next best; null where nothing else can be had by any change'),
  breakEven: nullable(BREAK_EVEN),
  contradictions: list(CONTRADICTION),
  assumptions: list(ASSUMPTION),
});
export type Advice = Static<typeof ADVICE>;
