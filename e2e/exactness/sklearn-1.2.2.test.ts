import { replayRelease } from './replay-release.ts';

replayRelease('sklearn-1.2.2');
