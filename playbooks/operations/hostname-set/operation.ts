import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { differencesOf, failing, runChange } from "../plan.ts";

/** The host has this name, now and after the next start. */
export const hostnameSet: Operation = {
  name: "hostname-set",
  title: "Set the host's name",
  modules: ["ansible.builtin.hostname"],
  arguments: {
    name: { type: "str", required: true, description: "The name." },
    use: {
      type: "str",
      choices: ["systemd", "debian", "redhat"],
      description: "Accepted; the file and the running name are set.",
    },
  },
  checkMode: "full",
  async plan(args, context) {
    const name = String(args.name);
    // hostname(7): letters, digits, hyphens, dots between labels; at most 64 characters on Linux.
    if (
      name.length > 64 ||
      !/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(name)
    ) {
      return failing(`name '${name}' is not a host name: letters, digits, hyphens and dots, at most 64 characters`);
    }
    const outcome = await context.read.run(
      'echo "now $(cat /proc/sys/kernel/hostname)"\necho "file $(grep -v \'^#\' /etc/hostname 2>/dev/null | head -n 1)"\n',
    );
    const current = /^now (.*)$/m.exec(outcome.stdout)?.[1] ?? "";
    const permanent = /^file (.*)$/m.exec(outcome.stdout)?.[1]?.trim() ?? "";
    const changed = current !== name || permanent !== name;
    const diff = {
      before: `hostname = ${name === current ? permanent : current}\n`,
      after: `hostname = ${name}\n`,
    };
    const result = {
      changed,
      name,
      ansible_facts: {
        ansible_hostname: name.split(".")[0],
        ansible_nodename: name,
        ansible_fqdn: name,
        ansible_domain: name.split(".").slice(1).join("."),
      },
      ...(changed ? { diff } : {}),
    };
    if (!changed) return { changes: [], result };
    return {
      changes: [runChange(context, `Name the host ${name}`, script(name))],
      result,
      differences: differencesOf([diff]),
    };
  },
};

/** hostnamed where there is one, so that it knows; the file and the kernel's name otherwise, as in a small container. */
function script(name: string): string {
  const word = shellQuote(name);
  return `if command -v hostnamectl >/dev/null && hostnamectl set-hostname ${word} 2>/dev/null; then :; else
  printf '%s\\n' ${word} >/etc/hostname.bdap
  mv -f /etc/hostname.bdap /etc/hostname
fi
if [ "$(cat /proc/sys/kernel/hostname)" != ${word} ]; then
  hostname ${word} 2>/dev/null || printf %s ${word} >/proc/sys/kernel/hostname
fi
`;
}
