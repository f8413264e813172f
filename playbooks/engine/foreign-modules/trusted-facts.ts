/** Names that say how a host is reached or what runs there: a module must not change them. */
const RESTRICTED =
  /^ansible_(?:rsync_path|playbook_python|facts|\w+_interpreter|become\w*|(?:ssh|sudo|su|local|winrm|psrp|paramiko|httpapi|netconf|network_cli)_\w+|connection|host|user|password|port|private_key_file|pipelining|shell_type|shell_executable|module_compression|remote_tmp|timeout|docker_extra_args|executable|no_log|scp_extra_args|sftp_extra_args|async_dir)$/;
const KEPT = /^ansible_ssh_host_key_|_(?:gw)?bridge$/;

/** Facts a module may set, and the warnings about those it may not. */
export function trustedFacts(facts: ReadonlyMap<string, unknown>): {
  readonly facts: ReadonlyMap<string, unknown>;
  readonly warnings: readonly string[];
} {
  const refused = [...facts.keys()].filter((name) => RESTRICTED.test(name) && !KEPT.test(name));
  return {
    facts: new Map([...facts].filter(([name]) => !refused.includes(name))),
    warnings: refused.map((name) => `Removed restricted key from module data: ${name}`),
  };
}
