/**
 * Whether a service runs, from what its script's `status` printed and ended with, judged as the original judges: words first,
 * then the usual bad exit statuses, then success, then whether a process has its name.
 */
export function isRunning(name: string, said: string, status: number, hasProcess: boolean): boolean {
  if (name === "iptables" && said.includes("ACCEPT")) return true;
  if ((said.match(/\n/g) ?? []).length <= 1) {
    const words = said.toLowerCase().replaceAll(name.toLowerCase(), "");
    if (["stop", "is dead ", "dead but ", "could not access pid file", "inactive"].some((word) => words.includes(word)))
      return false;
    if (["run", "start", "active"].some((word) => words.includes(word)) && !words.includes("not ")) return true;
  }
  if ([1, 2, 3, 4, 69].includes(status)) return false;
  return status === 0 || hasProcess;
}
