import type { Argument } from "../operation.ts";

const flag = (description: string, value = false): Argument => ({ type: "bool", default: value, description });
const list = (description: string, ...aliases: readonly string[]): Argument => ({
  type: "list",
  elements: "str",
  default: [],
  description,
  ...(aliases.length === 0 ? {} : { aliases }),
});
const text = (description: string, more: Partial<Argument> = {}): Argument => ({ type: "str", description, ...more });

export const dnfArguments: Readonly<Record<string, Argument>> = {
  name: list("Packages: names, with versions, files, addresses, or `@group`; `*` for all with `latest`.", "pkg"),
  state: text("Whether they are installed; `latest` upgrades them too.", {
    choices: ["absent", "present", "installed", "removed", "latest"],
  }),
  allow_downgrade: flag("An older version may replace a newer one."),
  allowerasing: flag("Packages that are in the way may be removed."),
  auto_install_module_deps: flag("Accepted; nothing is needed on the host.", true),
  autoremove: flag("Remove packages that nothing needs any more."),
  best: { type: "bool", description: "Fail when the newest cannot be installed." },
  nobest: { type: "bool", description: "The opposite of best." },
  bugfix: flag("With `latest`, only updates that mend bugs."),
  security: flag("With `latest`, only updates that mend weaknesses."),
  cacheonly: flag("Fetch nothing."),
  conf_file: text("Another configuration file."),
  disable_excludes: text("Excludes that do not count: all, main, or a source."),
  disable_gpg_check: flag("Install without checking signatures."),
  disable_plugin: list("Plugins of dnf to leave out."),
  enable_plugin: list("Plugins of dnf to use."),
  disablerepo: list("Sources to leave out."),
  enablerepo: list("Sources to use too."),
  exclude: list("Packages to leave out."),
  download_dir: text("Where download_only puts the files."),
  download_only: flag("Fetch the files, install nothing."),
  install_repoquery: flag("Accepted; has no effect, as in the original.", true),
  install_weak_deps: flag("Whether recommended packages come too.", true),
  installroot: text("Folder that is the root of the installation.", { default: "/" }),
  list: text("Not supported: what to list instead of installing."),
  lock_timeout: { type: "int", default: 30, description: "Seconds to wait for another package manager to end." },
  releasever: text("Release to install from."),
  skip_broken: flag("Leave out what cannot be installed."),
  sslverify: flag("Check certificates of sources.", true),
  update_cache: {
    type: "bool",
    default: false,
    aliases: ["expire-cache"],
    description: "Fetch the package lists first.",
  },
  update_only: flag("With `latest`, install nothing new."),
  validate_certs: flag("Check certificates of addresses.", true),
};
