import { ApplianceError } from "#inventory/kernel/errors.ts";

/** The host could not be reached at all; nothing was sent to it. */
export function hostUnreachable(host: string, why: string, cause?: unknown): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_HOST_UNREACHABLE",
    kind: "environment",
    message: `${host} cannot be reached: ${why}`,
    hint: "Check that the host is powered on, that its address and SSH port are right, and that nothing filters them.",
    state: "Nothing was done on this host.",
    context: { host },
    cause,
  });
}

/** The host shows another SSH host key than the pinned one, or an unknown one where none may be accepted. */
export function hostKeyChanged(
  host: string,
  keys: { readonly expected: readonly string[]; readonly presented: string; readonly place: string },
): ApplianceError {
  const known =
    keys.expected.length === 0 ? "no key is pinned for it" : `the pinned one is ${keys.expected.join(", ")}`;
  return new ApplianceError({
    code: "PLAYBOOKS_HOST_KEY_CHANGED",
    kind: "environment",
    message: `${host} shows the SSH host key ${keys.presented}, but ${known}`,
    hint:
      "Somebody may be in between. If the host was installed anew, compare the fingerprint on its console with " +
      `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub, then remove its line from ${keys.place}.`,
    state: "Nothing was sent to this host: no password, no command.",
    context: { host, expected: keys.expected, presented: keys.presented, place: keys.place },
  });
}

/** The host answered but did not let the user in. */
export function loginRefused(host: string, user: string, why: string, cause?: unknown): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_LOGIN_REFUSED",
    kind: "environment",
    message: `${host} does not let ${user} in: ${why}`,
    hint: `Check the user name and that the key is in ~${user}/.ssh/authorized_keys, or give a password.`,
    state: "Nothing was done on this host.",
    context: { host, user },
    cause,
  });
}

/** The private key given cannot be used: unreadable, or encrypted without the right passphrase. */
export function keyUnusable(host: string, why: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_KEY_UNUSABLE",
    kind: "user",
    message: `The private key for ${host} cannot be used: ${why}`,
    hint: "Give an OpenSSH private key (not the .pub file); for an encrypted key give its passphrase or use an SSH agent.",
    state: "Nothing was done on this host.",
    context: { host },
  });
}

/** The login works but becoming another user was refused. */
export function becomeRefused(
  host: string,
  become: { readonly method: string; readonly user: string },
  why: string,
): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_BECOME_REFUSED",
    kind: "environment",
    message: `${host} refuses to become ${become.user} with ${become.method}: ${why}`,
    hint: `Check the ${become.method} password and that the login user may run commands as ${become.user} there.`,
    state: "The command was not run. The password was tried once only, so that no account gets locked.",
    context: { host, user: become.user, method: become.method },
  });
}

/** The connection was lost while a script ran. */
export function outcomeUnknown(host: string, why: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_OUTCOME_UNKNOWN",
    kind: "environment",
    message: `The connection to ${host} was lost while a command ran: ${why}`,
    hint: "Run the same again: steps that already hold are left as they are.",
    state: "The command may or may not have taken effect.",
    context: { host },
  });
}

/** A script ran past its deadline and was ended with everything it started. */
export function commandTimeout(host: string, milliseconds: number, ended: boolean): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_COMMAND_TIMEOUT",
    kind: "environment",
    message: `A command on ${host} did not end within ${milliseconds / 1000} s`,
    hint: "Look at what the host is busy with (load, storage, package locks), then run the same again.",
    state: stateOfEnded(ended),
    context: { host, milliseconds },
  });
}

/** Somebody stopped the run. */
export function commandCancelled(host: string, ended: boolean): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_CANCELLED",
    kind: "cancelled",
    message: `The work on ${host} was stopped`,
    hint: "Run the same again to continue.",
    state: stateOfEnded(ended),
    context: { host },
  });
}

/** A streamed script ended with a status other than 0. */
export function commandFailed(host: string, status: number, lastOutput: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_COMMAND_FAILED",
    kind: "environment",
    message: `A command on ${host} ended with status ${status}: ${lastOutput.trim().slice(-400)}`,
    hint: "Read the output above for the cause.",
    context: { host, status },
  });
}

/** No room on the host's file system. */
export function diskFull(host: string, path: string, output: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_DISK_FULL",
    kind: "environment",
    message: `${host} has no room for ${path}: ${lastLine(output)}`,
    hint: `Free space on the file system that holds ${path} (df -h, df -i, quota), then run the same again.`,
    state: "The file is as it was before; the partial copy was removed.",
    context: { host, path },
  });
}

/** A file could not be put in place. */
export function fileNotWritten(host: string, path: string, why: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_FILE_NOT_WRITTEN",
    kind: "environment",
    message: `${path} could not be written on ${host}: ${why}`,
    hint: "Check that the directory exists and is writable for the user the command runs as.",
    state: "The file is as it was before.",
    context: { host, path },
  });
}

/** The new content was refused by its own check, so it was not put in place. */
export function fileRefused(host: string, path: string, output: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_FILE_REFUSED",
    kind: "environment",
    message: `The new ${path} on ${host} failed its check: ${output.trim().slice(-400)}`,
    hint: "Correct the content; the check's output says where.",
    state: "The file is as it was before.",
    context: { host, path, output },
  });
}

/** A command printed more than can be kept, and what was printed is needed whole. */
export function outputTooLong(host: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_OUTPUT_TOO_LONG",
    kind: "environment",
    message: `More than 16 MiB were printed on ${host}; what came after them is lost.`,
    hint: "Let the command write into a file on the host, or print less.",
    context: { host },
  });
}

/** A file could not be read. */
export function fileNotRead(host: string, path: string, why: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_FILE_NOT_READ",
    kind: "environment",
    message: `${path} could not be read on ${host}: ${why}`,
    hint: "Check that the file exists and that the user may read it.",
    context: { host, path },
  });
}

/** A request that no host could serve: our caller's mistake. */
export function requestInvalid(what: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_REQUEST_INVALID",
    kind: "bug",
    message: what,
    hint: "This is a defect in bdap. Please report it with the text above.",
  });
}

/** The last line of some output that says anything, for a message. */
export function lastLine(output: string): string {
  return output.trim().split("\n").at(-1)?.trim().slice(0, 300) ?? "";
}

function stateOfEnded(ended: boolean): string {
  return ended
    ? "The command and everything it started were ended; what it did until then remains."
    : "The command could not be ended and may still run on the host.";
}
