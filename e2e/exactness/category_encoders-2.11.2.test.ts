import { replayRelease } from './replay-release.ts';

replayRelease('category_encoders-2.11.2');
