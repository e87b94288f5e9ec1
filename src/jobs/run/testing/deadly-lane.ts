/** For tests: a worker that dies of any row that says DEADLY, as of a model that takes its process down. */
import { openScorer } from '../../../scorer/open.ts';
import { serveChunkWorker } from '../../worker/serve.ts';

const DEADLY = 'DEADLY';

serveChunkWorker(async (accepted, inputs) => {
  const scorer = await openScorer(accepted, inputs);
  return {
    ...scorer,
    score: (frame) => {
      const texts = frame.columns.flatMap((column) => (column.kind === 'texts' ? [column.values] : []));
      if (texts.some((values) => values.includes(DEADLY))) process.kill(process.pid, 'SIGKILL');
      return scorer.score(frame);
    },
  };
});
