import { execFileSync } from 'node:child_process';
import { type Problem, ROOT, report } from './project.ts';

/** Commits that are looked at: those of the last days, whose words can still be mended or learnt from. */
const COMMITS = 30;
const SUBJECT_MAX = 72;

export interface CommitMessage {
  readonly hash: string;
  readonly subject: string;
  readonly body: string;
}

/** Commits whose subject is longer than a line of a log, or that do not say why. */
export function checkCommits(commits: readonly CommitMessage[]): Problem[] {
  return commits.flatMap(({ hash, subject, body }) => {
    const length = [...subject].length;
    const faults = [
      ...(length > SUBJECT_MAX
        ? [`its subject has ${length} characters, wanted at most ${SUBJECT_MAX}`]
        : []),
      ...(withoutTrailers(body) === '' ? ['it has no body: say why'] : []),
    ];
    return faults.map((fault) => ({ file: `commit ${hash.slice(0, 8)}`, message: `${subject}: ${fault}` }));
  });
}

/** `Signed-off-by: …` and its like say who, not why. */
const withoutTrailers = (body: string): string => body.replaceAll(/^[A-Z][A-Za-z-]+: .*$/gm, '').trim();

/** The last commits but merges, newest first; none where this is no checkout of git. */
export function lastCommits(folder: string, count: number): readonly CommitMessage[] {
  const format = '--format=%H%x00%s%x00%b%x1e';
  let log: string;
  try {
    log = execFileSync('git', ['log', '--no-merges', `-${count}`, format], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return [];
  }
  return log
    .split('\x1e')
    .map((entry) => entry.trimStart().split('\0'))
    .flatMap(([hash = '', subject = '', body = '']) => (hash === '' ? [] : [{ hash, subject, body }]));
}

if (import.meta.main) report('commits', checkCommits(lastCommits(ROOT, COMMITS)));
