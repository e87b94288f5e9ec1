import type { ContractReport } from './run.ts';

const SEEN = 100;

/** The reports as a table: each clause with pass or fail, and what was seen. Pure. */
export function contractsPage(reports: readonly ContractReport[]): string {
  return reports.map(page).join('\n\n');
}

function page({ contract, clauses }: ContractReport): string {
  const broken = clauses.filter(({ passed }) => !passed).length;
  const head = `${contract}: ${clauses.length - broken} of ${clauses.length} clauses hold`;
  const width = Math.max(...clauses.map(({ id }) => id.length));
  const lines = clauses.map(({ id, passed, seen, says }) => {
    const text = (passed ? seen : `${seen} — ${says}`).replaceAll(/\s+/g, ' ');
    return `  ${passed ? 'pass' : 'FAIL'}  ${id.padEnd(width)}  ${passed ? text.slice(0, SEEN) : text}`;
  });
  return [head, ...lines].join('\n');
}
