import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Change, Operation } from "../operation.ts";
import { failing, runChange } from "../plan.ts";

/** SELinux enforces, permits or is off, by this policy, now as far as it can be and after the next start. */
export const selinuxModeSet: Operation = {
  name: "selinux-mode-set",
  title: "Set the mode of SELinux",
  modules: ["ansible.posix.selinux"],
  arguments: {
    state: { type: "str", required: true, choices: ["enforcing", "permissive", "disabled"], description: "The mode." },
    policy: { type: "str", description: "The policy; needed unless disabled." },
    configfile: {
      type: "str",
      default: "/etc/selinux/config",
      aliases: ["conf", "file"],
      description: "The configuration file.",
    },
    update_kernel_param: {
      type: "bool",
      default: false,
      description: "Set the kernel's own parameter too, by grubby.",
    },
  },
  checkMode: "full",
  async plan(args, context) {
    const path = String(args.configfile);
    const word = shellQuote(path);
    const outcome = await context.read.run(`PATH="$PATH:/usr/sbin:/sbin"
if [ -f ${word} ]; then echo "bdap-file $(base64 -w0 <${word})"; fi
echo "bdap-now $(getenforce 2>/dev/null)"
echo "bdap-kernel $(grubby --info=ALL 2>/dev/null | grep -c 'selinux=0')"
`);
    const line = (label: string) => new RegExp(`^bdap-${label} ?(.*)$`, "m").exec(outcome.stdout)?.[1];
    const encoded = line("file");
    if (encoded === undefined) {
      const details = "Please install SELinux-policy package, if this package is not installed previously.";
      return failing(`Unable to find file ${path}`, { details });
    }
    const before = Buffer.from(encoded, "base64").toString("utf8");
    const option = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(before)?.[1];
    const runtime = (line("now") ?? "").toLowerCase() || "disabled";
    const state = String(args.state);
    if (state !== "disabled" && !args.policy) return failing("Policy is required if state is not 'disabled'");
    const [oldPolicy, oldState] = [option("SELINUXTYPE"), option("SELINUX")];
    const policy = String(args.policy ?? oldPolicy ?? "");
    const messages: string[] = [];
    const warnings: string[] = [];
    let after = before;
    if (policy !== oldPolicy) {
      after = withOption(after, "SELINUXTYPE", policy);
      messages.push(`SELinux policy configuration in '${path}' changed from '${oldPolicy}' to '${policy}'`);
    }
    let setNow: string | undefined;
    let reboot = false;
    if (state !== runtime && runtime === "disabled") {
      warnings.push(`Reboot is required to set SELinux state to '${state}'`);
      reboot = true;
    } else if (state !== runtime && state === "disabled") {
      reboot = true;
      if (runtime === "enforcing") {
        setNow = "0";
        warnings.push(
          `SELinux state temporarily changed from '${runtime}' to 'permissive'. State change will take effect next reboot.`,
        );
      } else warnings.push("SELinux state change will take effect next reboot");
    } else if (state !== runtime) {
      setNow = state === "enforcing" ? "1" : "0";
      messages.push(`SELinux state changed from '${runtime}' to '${state}'`);
    }
    if (state !== oldState) {
      after = withOption(after, "SELINUX", state);
      messages.push(`Config SELinux state changed from '${oldState}' to '${state}'`);
    }
    const changes: Change[] = [];
    if (after !== before) changes.push({ kind: "write", title: `Write ${path}`, file: { path, content: after } });
    if (setNow !== undefined)
      changes.push(runChange(context, "Set the running mode", `PATH="$PATH:/usr/sbin"\nsetenforce ${setNow}\n`));
    const hasParameter = Number(line("kernel") ?? 0) > 0;
    if (args.update_kernel_param === true && hasParameter !== (state === "disabled")) {
      const flag = state === "disabled" ? "--args" : "--remove-args";
      changes.push(runChange(context, "Set the kernel's parameter", `grubby --update-kernel=ALL ${flag} selinux=0\n`));
      messages.push(`Kernel SELinux state changed from '${hasParameter ? "disabled" : "enabled"}' to '${state}'`);
    }
    const told = warnings.length === 0 ? {} : { warnings };
    const msg = messages.join(", ");
    return {
      changes,
      result: { changed: changes.length > 0, msg, configfile: path, policy, state, reboot_required: reboot, ...told },
    };
  },
};

function withOption(text: string, name: string, value: string): string {
  const line = new RegExp(`^${name}=.*$`, "m");
  return line.test(text) ? text.replace(line, `${name}=${value}`) : `${text.replace(/\n*$/, "\n")}${name}=${value}\n`;
}
