import { answerChildJob } from '../process/child-job.ts';
import { type LoadingRequest, measureLoading } from './loading.ts';

/** Entry of the short-lived process that loads one accepted bundle as a server would, and measures what it takes. */
answerChildJob<LoadingRequest, never>('warming up', measureLoading);
