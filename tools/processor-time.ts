/** Milliseconds of this process's processor time that `work` takes: what else runs on the machine does not count. */
export function processorMillis(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
