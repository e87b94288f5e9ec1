import { replayRelease } from './replay-release.ts';

replayRelease('dill-0.4.1');
