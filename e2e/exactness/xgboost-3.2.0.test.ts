import { replayRelease } from './replay-release.ts';

replayRelease('xgboost-3.2.0');
