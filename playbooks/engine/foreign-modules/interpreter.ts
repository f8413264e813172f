import { ApplianceError } from "#inventory/kernel/errors.ts";
import { shellJoin } from "#inventory/kernel/shell.ts";

/** INTERPRETER_PYTHON_FALLBACK of ansible-core 2.19: where a Python is looked for; the first that runs wins. */
const PYTHONS = [
  "python3.13",
  "python3.12",
  "python3.11",
  "python3.10",
  "python3.9",
  "python3.8",
  "/usr/bin/python3",
  "python3",
];

/** Whether the interpreter is to be looked for on the host. */
export function isDiscovered(configured: string | undefined): boolean {
  return configured === undefined || /^(?:|auto|auto_legacy|auto_silent|auto_legacy_silent)$/.test(configured);
}

/**
 * Shell that prints the Python to run modules with and makes the folder they run from (mode 0700, the user's own), a line
 * each. An empty first line: there is no Python; an empty second one: nowhere to write.
 */
export function preparingScript(configured: string | undefined): string {
  const names = isDiscovered(configured) ? PYTHONS : [configured ?? ""];
  return [
    "python=",
    // A name in PATH may be that of a version manager's stand-in for a Python that is not there.
    `for name in ${shellJoin(names)}; do python=$(command -v "$name") && "$python" -c pass 2>/dev/null && break; python=; done`,
    'printf "%s\\n" "$python"',
    '[ -n "$python" ] || exit 0',
    `for base in "\${TMPDIR:-/tmp}" /var/tmp /dev/shm /run; do`,
    '  tree=$(umask 077; mktemp -d "$base/ansible-bdap-XXXXXXXXXXXX" 2>/dev/null) && break',
    "done",
    'printf "%s\\n" "$tree"',
  ].join("\n");
}

export function pythonMissing(host: string, configured: string | undefined, module: string): ApplianceError {
  const isFree = isDiscovered(configured);
  return new ApplianceError({
    code: "PLAYBOOKS_PYTHON_MISSING",
    kind: "environment",
    message: isFree
      ? `${host} has no Python: the module ${module} is written in Python and needs one there`
      : `The module interpreter '${configured ?? ""}' was not found.`,
    hint: isFree
      ? "Install python3 there (`raw: apt-get install -y python3-minimal`), or use a module that this engine has itself."
      : `Correct ansible_python_interpreter for ${host}: it is one path, without arguments.`,
    state: "Nothing was done on this host by this task.",
    context: { host, module, tried: isFree ? PYTHONS : [configured ?? ""] },
  });
}

export function nowhereToWrite(host: string, why: string): ApplianceError {
  return new ApplianceError({
    code: "PLAYBOOKS_NO_TEMPORARY_FOLDER",
    kind: "environment",
    message: `${host} has nowhere to put a module: ${why}`,
    hint: "Make room in /tmp, or let the user of the task write there.",
    state: "Nothing was done on this host by this task.",
    context: { host },
  });
}
