import { replayRelease } from './replay-release.ts';

replayRelease('sklearn-1.0.2');
