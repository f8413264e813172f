import type { Operation } from "../operation.ts";
import { failing } from "../plan.ts";
import { planMaintenance } from "./maintenance.ts";
import { planPackages } from "./packages.ts";

/** Debian packages are installed, of some version, or not; the package lists are fresh. */
export const packagesInstalled: Operation = {
  name: "packages-installed",
  title: "Install or remove Debian packages",
  modules: ["ansible.builtin.apt", "ansible.builtin.package"],
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
      choices: ["absent", "build-dep", "fixed", "latest", "present", "installed", "removed"],
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
    force: { type: "bool", default: false, description: "Unsafe; not supported." },
    force_apt_get: { type: "bool", default: false, description: "Accepted; apt-get is always used." },
    policy_rc_d: { type: "int", description: "Exit status of a temporary policy-rc.d; not supported." },
    deb: { type: "path", description: "A .deb file; not supported." },
    auto_install_module_deps: { type: "bool", default: true, description: "Accepted; nothing is needed on the host." },
    use: { type: "str", default: "auto", description: "`package` only: package manager; apt is the one supported." },
  },
  rules: { mutuallyExclusive: [["deb", "package", "upgrade"]] },
  checkMode: "full",
  async plan(args, context) {
    const unsupported = (["deb", "policy_rc_d"] as const).filter((name) => args[name] !== null);
    if (args.force === true) return failing("not supported by the native module: force");
    if (unsupported.length > 0) return failing(`not supported by the native module: ${unsupported.join(", ")}`);
    if (args.state === "build-dep" || args.state === "fixed") {
      return failing(`not supported by the native module: state=${args.state}`);
    }
    const names = Array.isArray(args.package) ? args.package.map((name) => String(name).trim()).filter(Boolean) : [];
    return names.length > 0 ? planPackages(args, names, context) : planMaintenance(args, context);
  },
};
