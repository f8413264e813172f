import type { Operation } from "../operation.ts";
import { failing } from "../plan.ts";
import { parsePackages } from "./packages.ts";

/** Reads all installed packages into facts; changes nothing. */
export const packagesRead: Operation = {
  name: "packages-read",
  title: "Read which packages are installed",
  modules: ["ansible.builtin.package_facts"],
  arguments: {
    manager: { type: "list", elements: "str", default: ["auto"], description: "Whom to ask: auto, apt or rpm." },
    strategy: { type: "str", default: "first", choices: ["first", "all"], description: "Ask the first found, or all." },
  },
  checkMode: "full",
  async plan(args, context) {
    const managers = Array.isArray(args.manager) ? args.manager.map((name) => String(name).toLowerCase()) : [];
    const others = managers.filter((name) => !["auto", "apt", "rpm", "dnf", "dnf5", "yum"].includes(name));
    if (others.length > 0) return failing(`Unsupported package managers requested: ${others.join(", ")}`);
    const outcome = await context.read.run(
      `export LC_ALL=C
if command -v dpkg-query >/dev/null; then
  dpkg-query -W -f 'apt\\t\${db:Status-Status}\\t\${Package}\\t\${Version}\\t\${Architecture}\\t\${Section}\\n'
fi
if command -v rpm >/dev/null; then
  rpm -qa --qf 'rpm\\t%{NAME}\\t%{VERSION}\\t%{RELEASE}\\t%{EPOCH}\\t%{ARCH}\\n' 2>/dev/null
fi
true`,
    );
    const packages = parsePackages(outcome.stdout, managers, args.strategy === "all");
    if (Object.keys(packages).length === 0) {
      return failing(`Could not detect a supported package manager from the following list: ${managers.join(", ")}`);
    }
    return { changes: [], result: { changed: false, ansible_facts: { packages } } };
  },
};
