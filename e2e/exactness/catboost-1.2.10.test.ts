import { replayRelease } from './replay-release.ts';

replayRelease('catboost-1.2.10');
