import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing } from "../plan.ts";
import { planMaintenance } from "./maintenance.ts";
import { planPackageFiles } from "./package-files.ts";
import { planPackages } from "./packages.ts";

/** Debian packages are installed, of some version, or not; the package lists are fresh. */
export const packagesInstalled: Operation = {
  name: "packages-installed",
  title: "Install or remove Debian packages",
  modules: ["ansible.builtin.apt"],
  arguments: {
    package: {
      type: "list",
      elements: "str",
      aliases: ["pkg", "name"],
      description: "Package names, each optionally with `=version` (patterns allowed) or `>=version`.",
    },
    state: {
      type: "str",
      default: "present",
      choices: ["absent", "build-dep", "fixed", "latest", "present"],
      description: "Whether the packages are installed; `latest` upgrades them too.",
    },
    update_cache: { type: "bool", aliases: ["update-cache"], description: "Fetch the package lists first." },
    update_cache_retries: { type: "int", default: 5, description: "How often fetching the lists is tried." },
    update_cache_retry_max_delay: { type: "int", default: 12, description: "Longest pause between tries, in seconds." },
    cache_valid_time: {
      type: "int",
      default: 0,
      description: "Fetch the lists only when older than this many seconds.",
    },
    install_recommends: {
      type: "bool",
      aliases: ["install-recommends"],
      description: "Whether recommended packages come too.",
    },
    default_release: { type: "str", aliases: ["default-release"], description: "Release to prefer." },
    dpkg_options: {
      type: "str",
      default: "force-confdef,force-confold",
      description: "Options for dpkg, with commas between.",
    },
    lock_timeout: { type: "int", default: 60, description: "Seconds to wait for another package manager to end." },
    purge: { type: "bool", default: false, description: "Remove configuration files too." },
    autoremove: { type: "bool", default: false, description: "Remove packages that nothing needs any more." },
    autoclean: { type: "bool", default: false, description: "Remove old package files from the cache." },
    clean: { type: "bool", default: false, description: "Remove all package files from the cache." },
    upgrade: {
      type: "str",
      default: "no",
      choices: ["dist", "full", "no", "safe", "yes"],
      description: "Upgrade all packages; `dist` and `full` may remove some.",
    },
    only_upgrade: { type: "bool", default: false, description: "Upgrade what is installed, install nothing new." },
    fail_on_autoremove: { type: "bool", default: false, description: "Fail rather than remove a package." },
    allow_downgrade: {
      type: "bool",
      default: false,
      aliases: ["allow-downgrade", "allow_downgrades", "allow-downgrades"],
      description: "An older version may replace a newer one.",
    },
    allow_unauthenticated: {
      type: "bool",
      default: false,
      aliases: ["allow-unauthenticated"],
      description: "Install without checking signatures.",
    },
    allow_change_held_packages: { type: "bool", default: false, description: "Held packages may change." },
    force: { type: "bool", default: false, description: "Unsafe: go on whatever apt-get warns of." },
    force_apt_get: { type: "bool", default: false, description: "Accepted; apt-get is always used." },
    policy_rc_d: { type: "int", description: "Exit status of a policy-rc.d that is there for the time of the task." },
    deb: { type: "path", description: "Package file on the host, or its address." },
    auto_install_module_deps: { type: "bool", default: true, description: "Accepted; nothing is needed on the host." },
  },
  rules: { mutuallyExclusive: [["deb", "package", "upgrade"]] },
  checkMode: "full",
  async plan(args, context) {
    if (typeof args.deb === "string") {
      return planPackageFiles(await expandPaths(args, packagesInstalled.arguments, context.read), context);
    }
    const names = Array.isArray(args.package) ? args.package.map((name) => String(name).trim()).filter(Boolean) : [];
    const wrong = names.find((name) => name.split("=").length > 2);
    if (wrong !== undefined) return failing(`invalid package spec: ${wrong}`);
    if (names.includes("*") && args.state === "latest") {
      if (names.length > 1)
        return failing("unable to install additional packages when upgrading all installed packages");
      return planMaintenance({ ...args, upgrade: "yes" }, context);
    }
    return names.length > 0 ? planPackages(args, names, context) : planMaintenance(args, context);
  },
};
