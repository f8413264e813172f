import { ApplianceError } from "#inventory/kernel/errors.ts";

/** The configuration file is not there or not readable. */
export function configurationUnreadable(path: string, cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "AGENT_CONFIGURATION_UNREADABLE",
    kind: "environment",
    message: `The agent's configuration ${path} cannot be read.`,
    hint: "Run `bdap apply` for this node: it writes the file, readable for the agent's user.",
    context: { path },
    cause,
  });
}

/** A program did not end before its deadline and was killed. */
export function commandDeadline(words: readonly string[], milliseconds: number): ApplianceError {
  return new ApplianceError({
    code: "AGENT_COMMAND_DEADLINE",
    kind: "environment",
    message: `${words.slice(0, 4).join(" ")} did not end within ${milliseconds / 1000} s.`,
    hint: "Run it by hand on the node; a hanging device or mount is the usual cause.",
    context: { words },
  });
}

/** An earlier run of the same program was killed but still has not ended: it hangs in the kernel. */
export function commandStuck(words: readonly string[]): ApplianceError {
  return new ApplianceError({
    code: "AGENT_COMMAND_STUCK",
    kind: "environment",
    message: `An earlier ${words.slice(0, 4).join(" ")} still hangs in the kernel.`,
    hint: "Look for processes in state D (`ps -eo pid,stat,wchan,args`) and repair the device or mount they wait for.",
    context: { words },
  });
}

/** A program could not be started at all. */
export function commandMissing(words: readonly string[], cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "AGENT_COMMAND_MISSING",
    kind: "environment",
    message: `${words[0] ?? "The program"} cannot be started on this node.`,
    hint: "Install the package that brings it, if this node should have it.",
    context: { words },
    cause,
  });
}

/** Nobody answered at the control plane's address, or the connection broke. */
export function controlPlaneAway(address: string, cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "AGENT_CONTROL_PLANE_AWAY",
    kind: "environment",
    message: `The control plane at ${address} does not answer: ${cause instanceof Error ? cause.message : String(cause)}.`,
    hint: "Look at bdap-control-plane on the service host and at the network between; the agent keeps trying by itself.",
    context: { address },
    cause,
  });
}

/** Somebody answered who cannot prove to be this site's control plane. */
export function controlPlaneUntrusted(address: string, reason: string, cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "AGENT_CONTROL_PLANE_UNTRUSTED",
    kind: "environment",
    message: `What answers at ${address} cannot prove to be this site's control plane (${reason}). Nothing was sent.`,
    hint: "Compare the authority in /etc/bdap/agent.json with the site's, the address, and the clocks of both hosts.",
    context: { address, reason },
    cause,
  });
}

/** The control plane did not accept the node's certificate. */
export function certificateRefused(reason: string, cause?: unknown): ApplianceError {
  return new ApplianceError({
    code: "AGENT_CERTIFICATE_REFUSED",
    kind: "environment",
    message: `The control plane does not accept this node's certificate (${reason}).`,
    hint: "Run `bdap apply` for this node: it brings a new join token, which the agent takes up by itself.",
    context: { reason },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** An answer that does not fit the protocol. */
export function answerUnexpected(path: string, status: number, detail: string): ApplianceError {
  return new ApplianceError({
    code: "AGENT_ANSWER_UNEXPECTED",
    kind: "environment",
    message: `The control plane answered ${path} with status ${status}: ${detail}`,
    hint: "Compare the versions of agent and control plane (`bdap nodes show`).",
    context: { path, status },
  });
}

/** The key the certificate was made for is not the one this node holds, or a stored identity is damaged. */
export function identityDamaged(path: string, reason: string): ApplianceError {
  return new ApplianceError({
    code: "AGENT_IDENTITY_DAMAGED",
    kind: "environment",
    message: `The node's identity ${path} cannot be used: ${reason}.`,
    hint: "Run `bdap apply` for this node: it brings a new join token, and the agent joins again.",
    context: { path },
  });
}

export function usage(message: string): ApplianceError {
  return new ApplianceError({
    code: "AGENT_USAGE",
    kind: "user",
    message,
    hint: "agent --configuration FILE | agent check --once [--configuration FILE] | agent smart --output FILE | agent version",
  });
}
