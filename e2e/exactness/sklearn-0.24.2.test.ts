import { replayRelease } from './replay-release.ts';

replayRelease('sklearn-0.24.2');
