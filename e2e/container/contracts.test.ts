import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { asProcess } from '../../src/deploy/contracts/process.ts';
import { contractsPage } from '../../src/deploy/contracts/report.ts';
import { type ContractReport, runContracts } from '../../src/deploy/contracts/run.ts';
import { ENTRY, treeOf } from './bundles.ts';

const LIMIT = 300_000;

const broken = (reports: readonly ContractReport[]): string[] =>
  reports.flatMap(({ contract, clauses }) =>
    clauses.filter(({ passed }) => !passed).map(({ id, seen }) => `${contract}: ${id}: ${seen}`),
  );

/** A plain process of this machine has neither a root of its own nor, here, another user. */
const OF_IMAGES = ['non-root', 'read-only'];

test('a container holds every clause of every contract', { timeout: LIMIT }, async () => {
  const { folder, model } = await treeOf('churn');
  const reports = await runContracts(asProcess(ENTRY, folder), model);
  expect(reports.map(({ contract }) => contract)).toEqual([
    ...['plain', 'sagemaker', 'sagemaker multi-model', 'vertex', 'kserve'],
  ]);
  const ofContainers = broken(reports).filter(
    (line) => !OF_IMAGES.some((id) => line.startsWith(`kserve: ${id}: `)),
  );
  expect(ofContainers).toEqual([]);
  expect(reports.flatMap(({ clauses }) => clauses).length).toBeGreaterThan(60);
});

test('a server that answers 200 to everything breaks nearly every clause, and the report says what was seen', {
  timeout: LIMIT,
}, async () => {
  const { model } = await treeOf('iris');
  const reports = await runContracts(async ({ port }) => {
    const server = createServer((request, response) =>
      request.resume().on('end', () => response.end('fine')),
    );
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    let end: (code: number) => void = () => undefined;
    const ended = new Promise<number>((resolve) => {
      end = resolve;
    });
    // It ends at once, with the wrong code, and cuts off what is in flight.
    const kill = (): void => {
      server.closeAllConnections();
      server.close(() => end(1));
    };
    return { port, pid: process.pid, seenAt: (place) => place, kill, ended, output: () => '' };
  }, model);
  const held = reports.flatMap(({ contract, clauses }) =>
    clauses.filter(({ passed }) => passed).map(({ id }) => `${contract}: ${id}`),
  );
  // Whoever answers 200 is ready, and quick; of these two platforms nobody asks for more.
  expect(held.filter((line) => !/ready|accept$|healthz|serve|unknown|live/.test(line))).toEqual([
    'sagemaker multi-model: load',
    'vertex: health',
  ]);
  const page = contractsPage(reports);
  expect(page).toContain('FAIL  graceful-end');
  expect(page).toContain('wanted a JSON object');
});
