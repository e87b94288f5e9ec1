/** Entry of the scorer as a child process; `arrow.ts` says what it reads and writes. */
import { systemCodeOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { asCodedError } from '../core/parts.ts';
import { readManifest } from '../registry/bundle.ts';
import { type ArrowReady, parseOptions } from './arrow.ts';
import { readRequest, writeArrowAnswer } from './arrow-pipe.ts';
import { answerRequest } from './arrow-request.ts';
import { openScorer } from './open.ts';

const STDIN = 0;
const STDOUT = 1;

async function main(): Promise<void> {
  const options = parseOptions(process.argv[2]);
  const manifest = readManifest(options.bundle);
  if (manifest === null)
    throw new PlimsollError('BUNDLE_GONE', { model: options.bundle, version: 1, digest: '' });
  const scorer = await openScorer({ bundle: options.bundle, manifest }, options.inputs);
  const { digest, runtime } = scorer.model;
  writeArrowAnswer(STDOUT, 'ready', { digest, runtime, outputs: scorer.outputs } satisfies ArrowReady);
  for (let request = readRequest(STDIN); request !== null; request = readRequest(STDIN)) {
    try {
      writeArrowAnswer(STDOUT, 'batches', await answerRequest(scorer, options, request));
    } catch (error) {
      writeArrowAnswer(STDOUT, 'refused', coded(error));
    }
  }
  await scorer.close();
}

const coded = (error: unknown): PlimsollError => asCodedError(error, 'scoring a request');

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  // Nobody may be there any more to hear it.
  if (systemCodeOf(error) !== 'EPIPE') writeArrowAnswer(STDOUT, 'ended', coded(error));
}
