import { replayRelease } from './replay-release.ts';

replayRelease('feature_engine-1.9.4');
