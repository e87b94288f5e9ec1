import { replayRelease } from './replay-release.ts';

replayRelease('sklearn2pmml-0.133.1');
