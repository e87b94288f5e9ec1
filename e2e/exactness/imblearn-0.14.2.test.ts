import { replayRelease } from './replay-release.ts';

replayRelease('imblearn-0.14.2');
