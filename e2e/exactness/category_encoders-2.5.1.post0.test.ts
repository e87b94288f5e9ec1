import { replayRelease } from './replay-release.ts';

replayRelease('category_encoders-2.5.1.post0');
