import { replayRelease } from './replay-release.ts';

replayRelease('feature_engine-1.6.2');
