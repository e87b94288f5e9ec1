import { answerChildJob } from '../process/child-job.ts';
import type { AcceptNote, AcceptRequest } from './admit.ts';
import { proveFile } from './prove.ts';

/** Entry of the short-lived process that reads and proves one untrusted file. */
const clock = { now: () => Date.now(), monotonic: () => performance.now() };

answerChildJob<AcceptRequest, AcceptNote>('accepting a file', (request, say) =>
  proveFile(request, clock, {
    progress: (stage) => say({ kind: 'progress', stage }),
    identified: (digest) => say({ kind: 'identified', digest }),
    found: (finding) => say({ kind: 'found', finding }),
  }),
);
