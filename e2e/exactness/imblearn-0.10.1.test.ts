import { replayRelease } from './replay-release.ts';

replayRelease('imblearn-0.10.1');
