/** What is asked on a terminal: one question after the other, each with what it is for, and what is taken where nothing is said. Pure. */

/** Needs as far as they are known, as a document of them. */
export type KnownNeeds = Readonly<Record<string, unknown>>;

export interface Question {
  /** As the file of needs calls it. */
  readonly need: string;
  readonly text: string;
  /** Answers there are; where there are none, `example` shows one with its unit. */
  readonly choices?: readonly string[];
  readonly example?: string;
  /** What is taken where nothing is said; null where an answer is wanted. */
  readonly otherwise: (known: KnownNeeds) => string | null;
  readonly why: string;
  readonly isAsked: (known: KnownNeeds) => boolean;
}

const always = (): boolean => true;
const isScheduled = ({ asked }: KnownNeeds): boolean => asked === 'schedule';
const isNotScheduled = (known: KnownNeeds): boolean => !isScheduled(known);
const otherwise = (text: string) => (): string => text;

export const QUESTIONS: readonly Question[] = [
  {
    need: 'asked',
    text: 'What is an answer wanted after',
    choices: ['request', 'schedule', 'event'],
    otherwise: otherwise('request'),
    why: 'request: somebody or something waits for it, or comes back for it. schedule: at a time of the day. event: something happens, rows arrive.',
    isAsked: always,
  },
  {
    need: 'requests',
    text: 'Requests or events, on average, while there is traffic',
    example: '40/s',
    otherwise: () => null,
    why: 'Servers are sized by it. Any time will do: 12000/min, 1.5 k/h, 3 M/day.',
    isAsked: (known) => isNotScheduled(known) && known['rows'] === undefined,
  },
  {
    need: 'peak',
    text: 'The same at the peak',
    example: '200/s',
    otherwise: otherwise('three times the average'),
    why: 'Replicas are counted for the peak, not for the average.',
    isAsked: isNotScheduled,
  },
  {
    need: 'rowsPerRequest',
    text: 'Rows of one request or event',
    example: '20 rows',
    otherwise: otherwise('1 row'),
    why: 'A page that ranks fifty products asks for fifty rows at once.',
    isAsked: isNotScheduled,
  },
  {
    need: 'rows',
    text: 'Rows to be scored',
    example: '3 M/day',
    otherwise: () => null,
    why: 'All rows that are due, in any time: 100 k/h, 3 M/day.',
    isAsked: (known) => isScheduled(known) && known['population'] === undefined,
  },
  {
    need: 'every',
    text: 'How often answers are due',
    example: '1h',
    otherwise: otherwise('24h'),
    why: 'From one time at which they have to be there to the next.',
    isAsked: isScheduled,
  },
  {
    need: 'population',
    text: 'Customers, products or others that are known beforehand',
    example: '2 M customers',
    otherwise: otherwise('not known'),
    why: 'What is known beforehand can be scored before anybody asks, and looked up then.',
    isAsked: isNotScheduled,
  },
  {
    need: 'freshness',
    text: 'How old the inputs of an answer may be when it is used',
    example: '24h',
    otherwise: (known) => (isScheduled(known) ? 'one period and its run' : 'they come with the request'),
    why: 'What may be a day old need not be computed while somebody waits.',
    isAsked: always,
  },
  {
    need: 'latency',
    text: 'How late an answer may come (for 99 of 100)',
    example: '50ms',
    otherwise: ({ asked }) =>
      asked === 'schedule' ? 'a quarter of the period' : asked === 'event' ? '5m' : '200ms',
    why: 'After it was asked for, was due, or the event. A person feels a delay from 100 ms on.',
    isAsked: always,
  },
  {
    need: 'budget',
    text: 'What it may cost',
    example: '500 $/month',
    otherwise: otherwise('no limit'),
    why: 'What costs more is not advised.',
    isAsked: always,
  },
  {
    need: 'database',
    text: 'What the application looks rows up in anyway',
    choices: ['postgres', 'sqlite', 'none'],
    otherwise: otherwise('postgres'),
    why: 'Answers that were computed beforehand are looked up there.',
    isAsked: isNotScheduled,
  },
  {
    need: 'platform',
    text: 'Where it runs',
    choices: ['machine', 'kubernetes', 'sagemaker'],
    otherwise: otherwise('machine'),
    why: 'Files are written for it, and its prices count.',
    isAsked: always,
  },
];

/** Asked where the command names no model. */
export const MODEL_QUESTION: Question = {
  need: 'model',
  text: 'Which model: a file, a version, or the time that a row takes of a processor',
  example: 'churn@3, 30us',
  otherwise: () => null,
  why: 'A file is measured for about half a minute; a version was measured when it was registered. Of a model that cannot run here, say what a row takes: 30us, 2ms, 1s.',
  isAsked: always,
};

/** A time of a processor describes a model that cannot run here; anything else names one. */
export const modelNeedOf = (answer: string): unknown =>
  /^\d+(?:\.\d+)? ?(?:ns|us|µs|ms|s)$/.test(answer) ? { perRow: answer } : answer;

/** The question, and below it an answer that would do, and what is taken where nothing is said. */
export function promptOf(
  { text, choices, example, otherwise: fallback }: Question,
  known: KnownNeeds,
): string {
  const words = choices === undefined ? `such as ${example}` : choices.join(', ');
  const taken = fallback(known);
  return `${text}?\n  ${words}${taken === null ? '' : ` [${taken}]`}: `;
}
