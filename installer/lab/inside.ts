import type { CommandOptions, CommandOutcome, CommandRunner } from "./runner.ts";

const HOST_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Runs a program as root in the host whose PID 1 is `init` on the machine. It needs neither network nor sshd, and is in
 * the machine's control groups, not the host's: only for short commands of the lab itself.
 */
export async function execInHost(
  init: number,
  argv: readonly string[],
  runner: CommandRunner,
  options?: CommandOptions,
): Promise<CommandOutcome> {
  const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
  return runner.run(
    "nsenter",
    [`--target=${init}`, ...namespaces, "--", "env", "-i", `PATH=${HOST_PATH}`, "LC_ALL=C.UTF-8", ...argv],
    options,
  );
}
