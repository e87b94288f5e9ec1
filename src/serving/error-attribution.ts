/** Whose fault an error is: the version's, which counts against it in a rollout, or somebody else's. Pure. */
import type { ErrorCode, PlimsollError } from '../core/errors.ts';
import type { InputDetail } from './rows/input-errors.ts';

/**
 * Complaints about a cell of the right type whose value the model does not take: the fitted model refuses it, and
 * another version may not.
 */
const REFUSED_VALUES: ReadonlySet<string> = new Set(['unknown_category', 'missing_value', 'finite_number']);
/** Says only that complaints were left out. */
const CUT_SHORT = 'too_many_errors';

const FORMS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['MEDIA_TYPE_UNKNOWN', 'NOT_ACCEPTABLE']);

/** Its process has ended of what it was asked, or would have. */
const BREAKS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ENGINE_CRASHED',
  'PYTHON_WORKER_ENDED',
  'GRAPH_MEMORY',
]);

/** What a defect was in the way of, where that is no prediction. */
const EXPLAINING = 'an explanation';

export type ErrorAttribution =
  /** It broke, took too long, or refused rows that are well formed. */
  | 'version'
  /** The request is malformed: every version would refuse it. */
  | 'request'
  /** Too much was asked of the server, or it is stopping. */
  | 'server';

/** Whom an error of a prediction is to be blamed on. */
export function attributionOf(error: PlimsollError): ErrorAttribution {
  if (BREAKS.has(error.code)) return 'version';
  // The prediction was there.
  if (error.code.startsWith('EXPLANATION_')) return error.http >= 500 ? 'server' : 'request';
  if (error.code === 'INTERNAL' && error.details['action'] === EXPLAINING) return 'server';
  if (error.http === 503 || error.code === 'DEADLINE_EXCEEDED') return 'server';
  if (error.http >= 500 || error.code === 'GRAPH_FAILED') return 'version';
  // Where the version's own code does not know a form, another version may.
  if (FORMS.has(error.code)) return error.details['model'] === undefined ? 'request' : 'version';
  return error.code === 'INPUT_INVALID' && isRefusal(error) ? 'version' : 'request';
}

/**
 * Whether rows of the right form were refused for their values. A door says with each complaint of what kind it is; an
 * engine sees only rows that a door has found well formed, and makes no list of complaints.
 */
function isRefusal({ details }: PlimsollError): boolean {
  const list = details['detail'] as readonly InputDetail[] | undefined;
  return list === undefined || list.every(({ type }) => REFUSED_VALUES.has(type) || type === CUT_SHORT);
}
