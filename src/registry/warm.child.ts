import { answerParent } from './child.ts';
import { type LoadingRequest, measureLoading } from './loading.ts';

/** Entry of the short-lived process that loads one accepted bundle as a server would, and measures what it takes. */
answerParent<LoadingRequest, never>('warming up', measureLoading);
