/** What is asked about a case, and the needs that the address holds. Pure. */

/** Needs as people write them, with their units. */
export type WrittenNeeds = Readonly<Record<string, string>>;

export interface NeedField {
  /** As the API calls it. */
  readonly need: string;
  readonly text: string;
  readonly why: string;
  /** What can be chosen, the first where nothing is; without it a value is written. */
  readonly choices?: readonly string[];
  readonly example?: string;
  readonly isAsked: (needs: WrittenNeeds) => boolean;
}

const always = (): boolean => true;
const isScheduled = (needs: WrittenNeeds): boolean => needs['asked'] === 'schedule';
const isNotScheduled = (needs: WrittenNeeds): boolean => !isScheduled(needs);

export const NEED_FIELDS: readonly NeedField[] = [
  {
    need: 'model',
    text: 'Model',
    example: 'churn@3 or 30us',
    why: 'A version, or the time of a processor that a row takes, of a model that is not here',
    isAsked: always,
  },
  {
    need: 'asked',
    text: 'An answer is wanted after',
    choices: ['request', 'schedule', 'event'],
    why: 'A request whose sender waits or comes back, a time of the day, or something that happens',
    isAsked: always,
  },
  {
    need: 'requests',
    text: 'Requests, on average',
    example: '40/s',
    why: 'While there is traffic, in any time: 12000/min. Of a version that answers here, as it was measured',
    isAsked: isNotScheduled,
  },
  {
    need: 'peak',
    text: 'Requests at the peak',
    example: '200/s',
    why: 'Replicas are counted for it; else three times the average',
    isAsked: isNotScheduled,
  },
  {
    need: 'rowsPerRequest',
    text: 'Rows of a request',
    example: '20 rows',
    why: 'Else one',
    isAsked: isNotScheduled,
  },
  { need: 'rows', text: 'Rows', example: '3 M/day', why: 'All that are due', isAsked: isScheduled },
  {
    need: 'every',
    text: 'Answers are due every',
    example: '24h',
    why: 'Else once a day',
    isAsked: isScheduled,
  },
  {
    need: 'population',
    text: 'Known beforehand',
    example: '2 M customers',
    why: 'What is known can be scored before anybody asks',
    isAsked: isNotScheduled,
  },
  {
    need: 'freshness',
    text: 'Inputs may be old',
    example: '24h',
    why: 'When the answer is used; else they come with the request',
    isAsked: always,
  },
  {
    need: 'latency',
    text: 'An answer may take',
    example: '50ms',
    why: '99 of 100 are there by then; else 200 ms',
    isAsked: always,
  },
  { need: 'hours', text: 'Traffic a day', example: '10h', why: 'Else all day', isAsked: isNotScheduled },
  { need: 'budget', text: 'Budget', example: '500 $/month', why: 'Else no limit', isAsked: always },
  {
    need: 'database',
    text: 'Rows are looked up in',
    choices: ['postgres', 'sqlite', 'none'],
    why: 'What the application has anyway',
    isAsked: isNotScheduled,
  },
  {
    need: 'platform',
    text: 'It runs on',
    choices: ['machine', 'kubernetes', 'sagemaker'],
    why: 'Files are written for it',
    isAsked: always,
  },
];

/** The needs in a parameter of the address; none where it holds something else. */
export function needsIn(parameter: string): WrittenNeeds {
  try {
    const value: unknown = JSON.parse(parameter);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one === 'string'));
  } catch {
    return {};
  }
}

/** With another value of one of them; an empty one is left out. */
export function withNeed(needs: WrittenNeeds, need: string, value: string): string {
  const next = Object.fromEntries(
    Object.entries({ ...needs, [need]: value }).filter(([, one]) => one !== ''),
  );
  return Object.keys(next).length === 0 ? '' : JSON.stringify(next);
}

/** A time of a processor describes a model; anything else names one. */
const TIME = /^\d+(?:\.\d+)? ?(?:ns|us|µs|ms|s)$/;

/** What the API is asked; null while it is not known of which model. Fields that are not asked are not sent. */
export function bodyOf(needs: WrittenNeeds): Readonly<Record<string, unknown>> | null {
  const asked = NEED_FIELDS.filter(
    ({ need, isAsked }) => isAsked(needs) && (needs[need] ?? '').trim() !== '',
  );
  const body = Object.fromEntries(asked.map(({ need }) => [need, (needs[need] ?? '').trim()]));
  const { model } = body;
  if (model === undefined) return null;
  return { ...body, model: TIME.test(model) ? { perRow: model } : model };
}
