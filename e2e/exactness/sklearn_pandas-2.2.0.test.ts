import { replayRelease } from './replay-release.ts';

replayRelease('sklearn_pandas-2.2.0');
