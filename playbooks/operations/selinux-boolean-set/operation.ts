import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Operation } from "../operation.ts";
import { commandFailed, failing, runChange } from "../plan.ts";

/** A boolean of SELinux is on or off, now and, when asked, after every start. */
export const selinuxBooleanSet: Operation = {
  name: "selinux-boolean-set",
  title: "Set a boolean of SELinux",
  modules: ["ansible.posix.seboolean"],
  arguments: {
    name: { type: "str", required: true, description: "The boolean." },
    state: { type: "bool", required: true, description: "Whether it is on." },
    persistent: { type: "bool", default: false, description: "Keep it over a restart." },
    ignore_selinux_state: { type: "bool", default: false, description: "Also where SELinux is disabled." },
  },
  checkMode: "full",
  async plan(args, context) {
    const name = String(args.name);
    const word = shellQuote(name);
    const outcome = await context.read.run(`PATH="$PATH:/usr/sbin:/sbin"
selinuxenabled 2>/dev/null && echo bdap-enabled
echo "bdap-now $(getsebool ${word} 2>/dev/null | sed 's/.*--> //')"
echo "bdap-kept $(semanage boolean -l 2>/dev/null | awk -v n=${word} '$1 == n { gsub(/[(),]/, " "); print $3 }')"
`);
    const line = (label: string) => new RegExp(`^bdap-${label} (\\S*)`, "m").exec(outcome.stdout)?.[1] ?? "";
    const isEnabled = /^bdap-enabled$/m.test(outcome.stdout);
    if (!isEnabled && args.ignore_selinux_state !== true) return failing("SELinux is disabled on this host.");
    const wanted = args.state === true ? "on" : "off";
    const { persistent, state } = args;
    const base = { name, persistent, state };
    if (isEnabled && line("now") === "") return failing(`SELinux boolean ${name} does not exist.`);
    const kept = line("kept") || line("now");
    const changed = (isEnabled && line("now") !== wanted) || (persistent === true && kept !== wanted);
    if (!changed) return { changes: [], result: { ...base, changed } };
    const flag = persistent === true ? "-P " : "";
    return {
      changes: [
        runChange(
          context,
          `Turn ${name} ${wanted}`,
          `PATH="$PATH:/usr/sbin:/sbin"\nsetsebool ${flag}${word} ${wanted}\n`,
        ),
      ],
      result: { ...base, changed },
      conclude(outcomes) {
        const last = outcomes[0];
        if (last === undefined || last.status === 0) return { ...base, changed };
        return commandFailed({}, last, `Failed to set boolean ${name} to ${wanted}`);
      },
    };
  },
};
