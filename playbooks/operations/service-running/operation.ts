import { initScriptRunning } from "../init-script-running/operation.ts";
import type { Operation } from "../operation.ts";
import { failing } from "../plan.ts";
import { unitRunning } from "../unit-running/operation.ts";

/** A service runs or not, and starts at boot or not, by whatever keeps services on the host: systemd or System V init. */
export const serviceRunning: Operation = {
  name: "service-running",
  title: "Start, stop or enable a service",
  modules: ["ansible.builtin.service"],
  arguments: {
    ...unitRunning.arguments,
    name: { type: "str", required: true, description: "The service." },
    use: { type: "str", default: "auto", description: "Who keeps it: systemd, sysvinit, or auto for what is there." },
    sleep: { type: "int", description: "Seconds between stop and start; systemd needs none." },
    pattern: { type: "str", description: "Text in the process list that says the service runs; not for systemd." },
    runlevel: { type: "str", default: "default", description: "Run level to enable in; systemd has none." },
    arguments: {
      type: "str",
      default: "",
      aliases: ["args"],
      description: "Further words for a script of /etc/init.d.",
    },
  },
  rules: {
    requiredOneOf: [["state", "enabled", "masked", "daemon_reload", "daemon_reexec"]],
  },
  checkMode: "full",
  async plan(args, context) {
    const manager = args.use === "auto" ? await detected(context.read.run) : String(args.use).replace(/^.*\./, "");
    if (manager === "systemd" || manager === "systemd_service") {
      return unitRunning.plan(args, context, "ansible.builtin.systemd");
    }
    if (manager !== "sysvinit" && manager !== "service") {
      return failing(`not supported by the native module: services kept by ${manager}`);
    }
    if (args.state === null && args.enabled === null)
      return failing("one of the following is required: state, enabled");
    const levels = args.runlevel === "default" ? null : [String(args.runlevel)];
    const further = args.arguments === "" ? null : args.arguments;
    const given = { ...args, sleep: args.sleep ?? 1, arguments: further, runlevels: levels, daemonize: false };
    return initScriptRunning.plan(given, context, "ansible.builtin.sysvinit");
  },
};

async function detected(run: (script: string) => Promise<{ readonly stdout: string }>): Promise<string> {
  const outcome = await run(
    "if command -v systemctl >/dev/null && [ -d /run/systemd/system ]; then echo systemd; elif [ -e /sbin/openrc ]; then echo openrc; else echo sysvinit; fi\n",
  );
  return outcome.stdout.trim();
}
