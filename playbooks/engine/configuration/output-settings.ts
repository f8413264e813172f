import { choice, decision, flag, integer, text } from "./kinds.ts";

/** Settings of ansible-core 2.19 that say how a run is shown. */
export const outputSettings = {
  verbosity: integer(["ANSIBLE_VERBOSITY", "defaults.verbosity"], 0),
  stdoutCallback: text(["ANSIBLE_STDOUT_CALLBACK", "defaults.stdout_callback"], "default"),
  loadsCallbacks: flag(["ANSIBLE_LOAD_CALLBACK_PLUGINS", "defaults.bin_ansible_callbacks"], false),
  resultFormat: choice(["ANSIBLE_CALLBACK_RESULT_FORMAT", "defaults.callback_result_format"], ["json", "yaml"], "json"),
  prettyResults: decision(["ANSIBLE_CALLBACK_FORMAT_PRETTY", "defaults.callback_format_pretty"]),
  noColor: flag(["NO_COLOR ANSIBLE_NOCOLOR", "defaults.nocolor"], false),
  forceColor: flag(["ANSIBLE_FORCE_COLOR", "defaults.force_color"], false),
  showsSkipped: flag(["DISPLAY_SKIPPED_HOSTS ANSIBLE_DISPLAY_SKIPPED_HOSTS", "defaults.display_skipped_hosts"], true),
  showsOk: flag(["ANSIBLE_DISPLAY_OK_HOSTS", "defaults.display_ok_hosts"], true),
  failuresToStderr: flag(["ANSIBLE_DISPLAY_FAILED_STDERR", "defaults.display_failed_stderr"], false),
  showsCustomStats: flag(["ANSIBLE_SHOW_CUSTOM_STATS", "defaults.show_custom_stats"], false),
  showsHostStart: flag(["ANSIBLE_SHOW_PER_HOST_START", "defaults.show_per_host_start"], false),
  marksCheckMode: flag(["ANSIBLE_CHECK_MODE_MARKERS", "defaults.check_mode_markers"], false),
  showsPathOnFailure: flag(["ANSIBLE_SHOW_TASK_PATH_ON_FAILURE", "defaults.show_task_path_on_failure"], false),
  diffContext: integer(["ANSIBLE_DIFF_CONTEXT", "diff.context"], 3),
  verboseToStderr: flag(["ANSIBLE_VERBOSE_TO_STDERR", "defaults.verbose_to_stderr"], false),
  showsDeprecations: flag(["ANSIBLE_DEPRECATION_WARNINGS", "defaults.deprecation_warnings"], true),
};

/** The colours of each kind of line. */
export const colorSettings = {
  changed: text(["ANSIBLE_COLOR_CHANGED", "colors.changed"], "yellow"),
  debug: text(["ANSIBLE_COLOR_DEBUG", "colors.debug"], "dark gray"),
  deprecate: text(["ANSIBLE_COLOR_DEPRECATE", "colors.deprecate"], "purple"),
  diffAdd: text(["ANSIBLE_COLOR_DIFF_ADD", "colors.diff_add"], "green"),
  diffLines: text(["ANSIBLE_COLOR_DIFF_LINES", "colors.diff_lines"], "cyan"),
  diffRemove: text(["ANSIBLE_COLOR_DIFF_REMOVE", "colors.diff_remove"], "red"),
  error: text(["ANSIBLE_COLOR_ERROR", "colors.error"], "red"),
  included: text(["ANSIBLE_COLOR_INCLUDED", "colors.included"], "cyan"),
  ok: text(["ANSIBLE_COLOR_OK", "colors.ok"], "green"),
  skip: text(["ANSIBLE_COLOR_SKIP", "colors.skip"], "cyan"),
  unreachable: text(["ANSIBLE_COLOR_UNREACHABLE", "colors.unreachable"], "bright red"),
  verbose: text(["ANSIBLE_COLOR_VERBOSE", "colors.verbose"], "blue"),
  warn: text(["ANSIBLE_COLOR_WARN", "colors.warn"], "bright purple"),
};
