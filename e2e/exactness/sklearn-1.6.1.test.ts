import { replayRelease } from './replay-release.ts';

replayRelease('sklearn-1.6.1');
