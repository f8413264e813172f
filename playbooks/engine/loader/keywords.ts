/** Every keyword of ansible-core 2.19, by what may carry it. Source: introspection of its playbook classes. */
const SHARED = [
  "any_errors_fatal",
  "become",
  "become_exe",
  "become_flags",
  "become_method",
  "become_user",
  "check_mode",
  "connection",
  "debugger",
  "diff",
  "environment",
  "ignore_errors",
  "ignore_unreachable",
  "module_defaults",
  "name",
  "no_log",
  "port",
  "remote_user",
  "run_once",
  "tags",
  "throttle",
  "timeout",
  "vars",
];

export const PLAY_KEYWORDS: ReadonlySet<string> = new Set([
  ...SHARED,
  "collections",
  "fact_path",
  "force_handlers",
  "gather_facts",
  "gather_subset",
  "gather_timeout",
  "handlers",
  "hosts",
  "max_fail_percentage",
  "order",
  "post_tasks",
  "pre_tasks",
  "roles",
  "serial",
  "strategy",
  "tasks",
  "vars_files",
  "vars_prompt",
  "user",
]);

export const BLOCK_KEYWORDS: ReadonlySet<string> = new Set([
  ...SHARED,
  "always",
  "block",
  "collections",
  "delegate_facts",
  "delegate_to",
  "notify",
  "rescue",
  "when",
]);

export const TASK_KEYWORDS: ReadonlySet<string> = new Set([
  ...SHARED,
  "action",
  "args",
  "async",
  "async_val",
  "changed_when",
  "collections",
  "delay",
  "delegate_facts",
  "delegate_to",
  "failed_when",
  "local_action",
  "loop",
  "loop_control",
  "notify",
  "poll",
  "register",
  "retries",
  "until",
  "when",
]);

export const HANDLER_KEYWORDS: ReadonlySet<string> = new Set([...TASK_KEYWORDS, "listen"]);

export const ROLE_KEYWORDS: ReadonlySet<string> = new Set([
  ...SHARED,
  "collections",
  "role",
  "when",
  "delegate_to",
  "delegate_facts",
]);

export const IMPORT_PLAYBOOK_KEYWORDS: ReadonlySet<string> = new Set([
  ...SHARED,
  "import_playbook",
  "ansible.builtin.import_playbook",
  "ansible.legacy.import_playbook",
  "when",
]);

export const LOOP_CONTROL_KEYWORDS: ReadonlySet<string> = new Set([
  "break_when",
  "extended",
  "extended_allitems",
  "index_var",
  "label",
  "loop_var",
  "pause",
]);

/** Keywords that `include_tasks` and `include_role` may carry; what they include is told others by `apply`. */
export const INCLUDE_KEYWORDS: ReadonlySet<string> = new Set([
  "action",
  "args",
  "collections",
  "debugger",
  "ignore_errors",
  "listen",
  "local_action",
  "loop",
  "loop_control",
  "name",
  "no_log",
  "register",
  "run_once",
  "tags",
  "timeout",
  "vars",
  "when",
]);

/** Known keywords this engine does not honour: a play that uses one is refused. */
export const NOT_HONOURED: ReadonlySet<string> = new Set(["debugger"]);

export const ROLE_INCLUDE_ARGUMENTS: ReadonlySet<string> = new Set([
  "name",
  "role",
  "apply",
  "allow_duplicates",
  "handlers_from",
  "vars_from",
  "tasks_from",
  "defaults_from",
  "public",
  "rolespec_validate",
]);
