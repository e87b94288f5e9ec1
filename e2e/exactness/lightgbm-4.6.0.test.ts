import { replayRelease } from './replay-release.ts';

replayRelease('lightgbm-4.6.0');
