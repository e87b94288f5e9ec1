import { replayRelease } from './replay-release.ts';

replayRelease('sklearn-1.9.1');
