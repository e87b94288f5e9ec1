import { replayRelease } from './replay-release.ts';

replayRelease('lightgbm-3.3.5');
