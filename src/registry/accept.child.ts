import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { AcceptMessage, AcceptRequest } from './admit.ts';
import { proveFile } from './prove.ts';

/** Entry of the short-lived process that reads and proves one untrusted file. */
const say = (message: AcceptMessage): void => {
  process.send?.(message);
};

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Whoever asked is gone: nobody would stop a file that takes for ever. */
const abandon = (): never => process.exit(1);
process.once('disconnect', abandon);

process.once('message', async (request: AcceptRequest) => {
  try {
    await proveFile(request, clock, (stage) => say({ kind: 'progress', stage }));
    say({ kind: 'accepted' });
  } catch (error) {
    const coded = isPlimsollError(error)
      ? error
      : new PlimsollError('INTERNAL', {
          action: `accepting "${request.path}"`,
          reason: String((error as Error).stack),
        });
    say({ kind: 'refused', error: { code: coded.code, details: coded.details } });
  }
  process.off('disconnect', abandon);
  process.disconnect();
});
