import { replayRelease } from './replay-release.ts';

replayRelease('xgboost-1.7.6');
