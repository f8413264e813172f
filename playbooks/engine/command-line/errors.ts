import { ApplianceError } from "#inventory/kernel/errors.ts";

export const commandLineErrors = {
  invalid: (program: string, problem: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_COMMAND_LINE_INVALID",
      kind: "user",
      message: `${program}: error: ${problem}`,
      hint: `See ${program} --help.`,
    }),
  /** `exit` is what the original ends with. */
  refused: (problem: string, hint: string, context: Readonly<Record<string, unknown>> = {}) =>
    new ApplianceError({ code: "PLAYBOOKS_COMMAND_LINE_REFUSED", kind: "user", message: problem, hint, context }),
  noPlaybook: (playbook: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_PLAYBOOK_NOT_FOUND",
      kind: "user",
      message: `the playbook: ${playbook} could not be found`,
      hint: "Give the path of a playbook file.",
      context: { file: playbook },
    }),
  noFile: (playbook: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_PLAYBOOK_NOT_FOUND",
      kind: "user",
      message: `the playbook: ${playbook} does not appear to be a file`,
      hint: "Give the path of a playbook file.",
      context: { file: playbook },
    }),
  noHosts: () =>
    new ApplianceError({
      code: "PLAYBOOKS_NO_HOSTS",
      kind: "user",
      message: "Specified inventory, host pattern and/or --limit leaves us with no hosts to target.",
      hint: "Name hosts or groups of the inventory after --limit; see them with --list-hosts.",
    }),
  callback: (name: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_CALLBACK_UNKNOWN",
      kind: "user",
      message: `There is no output named '${name}' here; there are default, minimal and oneline.`,
      hint: "Set ANSIBLE_STDOUT_CALLBACK (stdout_callback in ansible.cfg) to one of them.",
      context: { callback: name },
    }),
  passwordFile: (file: string, problem: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_PASSWORD_FILE_UNUSABLE",
      kind: "user",
      message: problem,
      hint: "Give a file with one password in it, or a program that prints one.",
      context: { file },
    }),
  badExtraVariables: (text: string, problem: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_EXTRA_VARIABLES_INVALID",
      kind: "user",
      message: problem,
      hint: "After -e give key=value pairs, a JSON or YAML mapping, or @ and a file with one.",
      context: { given: text },
    }),
  unwritable: (path: string, problem: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_OUTPUT_UNWRITABLE",
      kind: "environment",
      message: `Unable to write to destination file '${path}': ${problem}`,
      hint: "Name a file in a folder that is there and may be written to.",
      context: { file: path },
    }),
  unmatched: (problem: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_PATTERN_UNMATCHED",
      kind: "user",
      message: problem,
      hint: "Name hosts or groups of the inventory, or set ANSIBLE_HOST_PATTERN_MISMATCH to warning.",
    }),
  noToml: () =>
    new ApplianceError({
      code: "PLAYBOOKS_NO_TOML",
      kind: "user",
      message: "Nothing here writes TOML; ansible-inventory itself needs the Python library tomli-w for it.",
      hint: "Use --yaml, or JSON, which is what comes without either.",
    }),
};
