/**
 * Targets of ansible-core's integration tests that bring no Python plugin of their own for the controller, or need none to pass.
 * Stock Ansible passes all of them on a Debian machine.
 */
export const TARGETS: readonly string[] =
  `any_errors_fatal assert blockinfile changed_when command_shell debug failed_when filter_mathstuff gathering handlers hosts_field
ignore_unreachable include_import include_when_parent_is_dynamic inventory inventory_ini known_hosts lookup_dict lookup_items
lookup_sequence lookup_together lookup_vars loop_control meta_tasks order play_iterator raw replace roles_arg_spec set_fact
special_vars stat strategy_linear tasks template templating_lookups throttle unicode unvault var_inheritance omit wait_for`.split(
    /\s+/,
  );

/** Those of them that take few seconds and pass on this engine: part of every full test. */
export const FAST_TARGETS: readonly string[] =
  `changed_when command_shell debug failed_when filter_mathstuff hosts_field include_when_parent_is_dynamic lookup_dict lookup_items
lookup_sequence loop_control order play_iterator replace roles_arg_spec templating_lookups unvault`.split(/\s+/);

/** Seconds after which a target is ended. */
export const DEADLINE_SECONDS = 240;
