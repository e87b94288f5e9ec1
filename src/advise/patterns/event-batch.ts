/** Batch started by events: rows that have come are scored once they are complete. Pure. */
import { lengthText } from '../needs/case.ts';
import { gathering } from './gathering.ts';
import { unstarted } from './obstacles.ts';
import type { Option } from './option.ts';
import { impossible } from './running.ts';
import type { Situation } from './situation.ts';

const PATTERN = 'event-batch';
const HOW = 'a job that starts when rows have come';
/** A file that is still being written must not be read. */
const SETTLE = 5000;

export function eventBatch(situation: Situation): Option {
  const { wants } = situation;
  const unmet = unstarted(situation);
  if (unmet.length > 0) return impossible(PATTERN, HOW, unmet);
  if (wants.asked !== 'event')
    return impossible(PATTERN, HOW, [
      wants.asked === 'request'
        ? {
            need: 'asked',
            what: 'nothing happens but the request itself',
            nearest: 'a request that is answered later: asynchronous',
          }
        : {
            need: 'asked',
            what: 'answers are due by the clock, and nothing says that rows have come',
            nearest: 'asked: event, where a file or a message says so',
          },
    ]);
  return gathering(situation, {
    pattern: PATTERN,
    how: HOW,
    settle: SETTLE,
    apart: false,
    cannot: [`begin in less than ${lengthText(SETTLE)}: a file is left until it no longer changes`],
  });
}
