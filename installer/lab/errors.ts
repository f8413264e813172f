import { ApplianceError } from "#inventory/kernel/errors.ts";

export const labErrors = {
  profileInvalid: (source: string, problem: string) =>
    new ApplianceError({
      code: "LAB_PROFILE_INVALID",
      kind: "user",
      message: `${source}: ${problem}`,
      hint: "Correct the lab profile; installer/lab/profiles/demo.yml is a complete example.",
      context: { source },
    }),

  profileUnknown: (name: string, known: readonly string[]) =>
    new ApplianceError({
      code: "LAB_PROFILE_UNKNOWN",
      kind: "user",
      message: `There is no lab profile called "${name}" and no file of that name.`,
      hint: `Use one of ${known.join(", ")}, or the path of a YAML file.`,
      context: { name, known },
    }),

  nameInvalid: (name: string) =>
    new ApplianceError({
      code: "LAB_NAME_INVALID",
      kind: "user",
      message: `"${name}" cannot be the name of a lab.`,
      hint: "Use at most 20 lower-case letters, digits and dashes, a letter first.",
      context: { lab: name },
    }),

  unknownLab: (name: string) =>
    new ApplianceError({
      code: "LAB_UNKNOWN",
      kind: "user",
      message: `There is no lab called "${name}" on this machine.`,
      hint: "See the labs of this machine with: bdap lab list",
      context: { lab: name },
    }),

  unknownHost: (name: string, host: string, known: readonly string[]) =>
    new ApplianceError({
      code: "LAB_HOST_UNKNOWN",
      kind: "user",
      message: `Lab "${name}" has no host called "${host}"; it has ${known.join(", ")}.`,
      hint: "Name one of these hosts.",
      context: { lab: name, host },
    }),

  notReady: (missing: readonly { what: string; remedy: string }[]) =>
    new ApplianceError({
      code: "LAB_PREFLIGHT_FAILED",
      kind: "environment",
      message: `This machine cannot run a lab yet: ${missing.map((item) => item.what).join("; ")}.`,
      hint: missing.map((item) => item.remedy).join("\n"),
      state: "Nothing was changed.",
      context: { missing },
    }),

  noMirror: (codename: string) =>
    new ApplianceError({
      code: "LAB_NO_DEBIAN_MIRROR",
      kind: "environment",
      message: `The machine's apt sources name no Debian mirror for "${codename}", so there is nothing to build hosts from.`,
      hint: "Add the Debian archive to /etc/apt/sources.list.d/debian.sources, then: apt-get update",
      context: { codename },
    }),

  commandFailed: (command: string, exitCode: number | undefined, output: string, cause: unknown) =>
    new ApplianceError({
      code: "LAB_COMMAND_FAILED",
      kind: "environment",
      message: `\`${command}\` failed${exitCode === undefined ? "" : ` with exit code ${exitCode}`}${output === "" ? "" : `: ${output.replace(/\.$/, "")}`}.`,
      hint: "Repair the named cause and run the same command again; `bdap lab down` removes a half-made lab.",
      context: { command, exitCode },
      cause,
    }),

  changedProfile: (name: string, difference: string) =>
    new ApplianceError({
      code: "LAB_DIFFERENT_PROFILE",
      kind: "user",
      message: `Lab "${name}" is already there and was made from another profile: ${difference}.`,
      hint: `Choose another name with --name, or remove it first with: bdap lab down ${name}`,
      state: "The lab is as it was.",
      context: { lab: name },
    }),

  busy: (name: string, pid: number) =>
    new ApplianceError({
      code: "LAB_LOCKED",
      kind: "environment",
      message: `Another bdap process (pid ${pid}) is working on lab "${name}".`,
      hint: "Wait for it to end, then try again.",
      context: { lab: name, pid },
    }),

  hostsFailed: (name: string, hosts: readonly { host: string; reason: string; console: readonly string[] }[]) =>
    new ApplianceError({
      code: "LAB_HOSTS_FAILED",
      kind: "environment",
      message: hosts
        .map((failed) =>
          [`${failed.host}: ${failed.reason}`, ...failed.console.map((line) => `    ${line}`)].join("\n"),
        )
        .join("\n"),
      hint: `Read the whole console in the host's console.log, then run \`bdap lab up\` again, or remove the lab with: bdap lab down ${name}`,
      state: "The other hosts of the lab are up.",
      context: { lab: name, hosts },
    }),

  hostOff: (host: string, wanted: string) =>
    new ApplianceError({
      code: "LAB_HOST_OFF",
      kind: "user",
      message: `${host} is powered off, so ${wanted} cannot be done to it.`,
      hint: `Power it on first with: bdap lab fault ${host} power-on`,
      context: { host },
    }),

  stillInUse: (name: string, what: readonly string[]) =>
    new ApplianceError({
      code: "LAB_STILL_IN_USE",
      kind: "environment",
      message: `Lab "${name}" could not be removed completely; still in use: ${what.join(", ")}.`,
      hint: "Leave its directories (see who is there with: fuser -vm PATH), then run `bdap lab down` again.",
      context: { lab: name, what },
    }),
} as const;
