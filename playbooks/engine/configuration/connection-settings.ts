import { flag, integer, path, text } from "./kinds.ts";

/** Settings of ansible-core 2.19 that say how hosts are reached and who one becomes there. */
export const connectionSettings = {
  remoteUser: text(["ANSIBLE_REMOTE_USER", "defaults.remote_user"], undefined),
  remotePort: integer(["ANSIBLE_REMOTE_PORT", "defaults.remote_port"], undefined),
  privateKeyFile: path(["ANSIBLE_PRIVATE_KEY_FILE", "defaults.private_key_file"]),
  transport: text(["ANSIBLE_TRANSPORT", "defaults.transport"], "ssh"),
  timeout: integer(["ANSIBLE_TIMEOUT ANSIBLE_SSH_TIMEOUT", "defaults.timeout ssh_connection.timeout"], 10),
  hostKeyChecking: flag(
    [
      "ANSIBLE_HOST_KEY_CHECKING ANSIBLE_SSH_HOST_KEY_CHECKING",
      "defaults.host_key_checking ssh_connection.host_key_checking",
    ],
    true,
  ),
  sshArguments: text(["ANSIBLE_SSH_ARGS", "ssh_connection.ssh_args"], ""),
  sshCommonArguments: text(["ANSIBLE_SSH_COMMON_ARGS", "ssh_connection.ssh_common_args"], ""),
  sshExtraArguments: text(["ANSIBLE_SSH_EXTRA_ARGS", "ssh_connection.ssh_extra_args"], ""),
  askPass: flag(["ANSIBLE_ASK_PASS", "defaults.ask_pass"], false),
  connectionPasswordFile: path(["ANSIBLE_CONNECTION_PASSWORD_FILE", "defaults.connection_password_file"]),
  become: flag(["ANSIBLE_BECOME", "privilege_escalation.become"], false),
  becomeMethod: text(["ANSIBLE_BECOME_METHOD", "privilege_escalation.become_method"], "sudo"),
  becomeUser: text(["ANSIBLE_BECOME_USER", "privilege_escalation.become_user"], undefined),
  becomeAskPass: flag(["ANSIBLE_BECOME_ASK_PASS", "privilege_escalation.become_ask_pass"], false),
  becomePasswordFile: path(["ANSIBLE_BECOME_PASSWORD_FILE", "defaults.become_password_file"]),
  agnosticBecomePrompt: flag(["ANSIBLE_AGNOSTIC_BECOME_PROMPT", "privilege_escalation.agnostic_become_prompt"], true),
};
