import { openScorer } from '../../scorer/open.ts';
import { serveChunkWorker } from './serve.ts';

/** Entry of the process of a worker. */
serveChunkWorker(openScorer);
