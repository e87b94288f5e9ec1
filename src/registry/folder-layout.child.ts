import { answerChildJob } from '../process/child-job.ts';
import { readFolderLayout } from './read-layout.ts';

/** Entry of the short-lived process that reads the files of a folder to see how they belong together. */
answerChildJob<{ readonly folder: string }, never>('reading a folder', async ({ folder }) =>
  readFolderLayout(folder),
);
