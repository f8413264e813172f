import { ApplianceError } from "#inventory/kernel/errors.ts";

export const reachErrors = {
  unsupported: (host: string, connection: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_CONNECTION_UNSUPPORTED",
      kind: "user",
      message: `${host}: the connection plugin '${connection}' was not found`,
      hint: "Hosts are reached by ssh or local; set ansible_connection to one of them.",
      context: { host, connection },
    }),
  proxyCommand: (host: string, command: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_PROXY_COMMAND_UNSUPPORTED",
      kind: "user",
      message: `${host}: ProxyCommand '${command}' is not supported`,
      hint: "Write it as ProxyJump=user@bastion, or as ProxyCommand=ssh -W %h:%p user@bastion.",
      context: { host, command },
    }),
};
