/** What is said of a job that is not as it should be. Pure. */
import { PlimsollError } from '../../core/errors.ts';

/** Characters of a name that is shown: it may be anything. */
const SHOWN = 140;

/** SPEC_INVALID, with every problem; `say` names parts as whoever wrote the job knows them. */
export function specInvalid(
  job: unknown,
  problems: readonly string[],
  say: (problem: string) => string = (problem) => problem,
): PlimsollError {
  const list = problems.map((problem) => say(problem.replace(' is null, ', ' is missing, ')));
  const shown = JSON.stringify(job)?.slice(0, SHOWN) ?? 'without a name';
  return new PlimsollError('SPEC_INVALID', { job: shown, problems: list.join('; '), list });
}
