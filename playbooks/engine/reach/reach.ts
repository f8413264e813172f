import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "#inventory/kernel/errors.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { expandPath, type Surroundings } from "#inventory/settings/paths.ts";
import type { Connector, Endpoint } from "../../connectors/connector.ts";
import { keyUnusable } from "../../connectors/errors.ts";
import { connectLocal } from "../../connectors/local/local.ts";
import { readSshConfig, type SshOptionValues } from "../../connectors/ssh/ssh-config.ts";
import { reachErrors } from "./errors.ts";
import { type HostKeyPolicy, HostKeys } from "./host-keys.ts";
import { readSshArguments } from "./ssh-arguments.ts";

/** How hosts are reached where their variables do not say it. */
export interface ReachDefaults {
  readonly user: string | undefined;
  readonly port: number | undefined;
  readonly privateKeyFile: string | undefined;
  readonly password: Secret | undefined;
  readonly connection: string;
  readonly timeoutSeconds: number;
  readonly checksHostKeys: boolean;
  /** Words for the ssh program, from settings and command line. */
  readonly sshArguments: string;
  /** The user this process runs as. */
  readonly ownUser: string;
}

type Variables = Readonly<Record<string, unknown>>;

/** Opens connections as Ansible's variables, its settings and the ssh configuration of the user say. */
export class Reach {
  readonly #defaults: ReachDefaults;
  readonly #around: Surroundings;
  readonly #warn: (message: string) => void;
  readonly #hostKeys = new HostKeys();

  constructor(defaults: ReachDefaults, around: Surroundings, warn: (message: string) => void) {
    this.#defaults = defaults;
    this.#around = around;
    this.#warn = warn;
  }

  /** Throws as {@link Connector} says, and `PLAYBOOKS_CONNECTION_UNSUPPORTED` for ways there are none here. */
  async open(host: string, variables: Variables, signal: AbortSignal): Promise<Connector> {
    const connection = String(variables["ansible_connection"] ?? this.#defaults.connection).replace(
      "ansible.builtin.",
      "",
    );
    if (connection === "local") return connectLocal({ host, user: this.#defaults.ownUser });
    if (!["ssh", "smart", "paramiko", "paramiko_ssh", "ansible.netcommon.libssh"].includes(connection))
      throw reachErrors.unsupported(host, connection);
    const { endpoint, hostKeys } = await this.#endpoint(host, variables);
    // Only runs that leave this machine pay for reading the SSH library.
    const { connectSsh } = await import("../../connectors/ssh/ssh.ts");
    return connectSsh(endpoint, { hostKeys: this.#hostKeys.store(hostKeys), signal });
  }

  async #endpoint(host: string, variables: Variables): Promise<{ endpoint: Endpoint; hostKeys: HostKeyPolicy }> {
    const defaults = this.#defaults;
    const text = (...names: string[]) => textOf(variables, names);
    const own = readSshArguments(
      [text("ansible_ssh_args"), text("ansible_ssh_common_args"), text("ansible_ssh_extra_args"), defaults.sshArguments]
        .filter((part) => part !== undefined)
        .join(" "),
    );
    for (const word of own.unknown) this.#warn(`The ssh option '${word}' is not honoured.`);
    const name = text("ansible_host", "ansible_ssh_host") ?? host;
    const config = await this.#config(name, own.configFile);
    const option = (key: string) => own.options.get(key) ?? config.get(key);
    const address = (option("hostname") ?? name).replaceAll("%h", name);
    const user = text("ansible_user", "ansible_ssh_user") ?? defaults.user ?? option("user") ?? defaults.ownUser;
    const port = Number(text("ansible_port", "ansible_ssh_port") ?? defaults.port ?? option("port") ?? 22);
    const key = await this.#key(
      host,
      text("ansible_private_key_file", "ansible_ssh_private_key_file") ?? defaults.privateKeyFile,
      option("identityfile")?.split("\n") ?? [],
      text("ansible_ssh_private_key", "ansible_private_key"),
    );
    const passphrase = text("ansible_ssh_private_key_passphrase", "ansible_private_key_passphrase");
    const password = text("ansible_password", "ansible_ssh_password", "ansible_ssh_pass");
    const agent = this.#agent(option("identityagent"));
    const seconds = Number(
      text("ansible_timeout", "ansible_ssh_timeout") ?? option("connecttimeout") ?? defaults.timeoutSeconds,
    );
    const jump = await this.#jump(host, option, { user, key, agent });
    return {
      hostKeys: this.#hostKeyPolicy(variables, option),
      endpoint: {
        host,
        address,
        port,
        user,
        ...(key === undefined ? {} : { privateKey: new Secret(key) }),
        ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }),
        ...(agent === undefined ? {} : { agentSocket: agent }),
        ...(password !== undefined
          ? { password: new Secret(password) }
          : defaults.password === undefined
            ? {}
            : { password: defaults.password }),
        ...(jump === undefined ? {} : { jump }),
        connectTimeoutMilliseconds: seconds * 1000,
      },
    };
  }

  #config(name: string, file: string | undefined): Promise<SshOptionValues> {
    const { homeFolder } = this.#around;
    const folders = { home: homeFolder, system: "/etc/ssh" };
    if (file === "none") return Promise.resolve(new Map());
    const files = file === undefined ? [join(homeFolder, ".ssh/config"), "/etc/ssh/ssh_config"] : [this.#path(file)];
    return readSshConfig(files, name, folders);
  }

  #hostKeyPolicy(variables: Variables, option: (key: string) => string | undefined): HostKeyPolicy {
    const said = variables["ansible_host_key_checking"] ?? variables["ansible_ssh_host_key_checking"];
    const isChecked = said === undefined ? this.#defaults.checksHostKeys : isTrue(said);
    const strict = option("stricthostkeychecking")?.toLowerCase();
    const mode =
      !isChecked || strict === "no" || strict === "off" ? "off" : strict === "accept-new" ? "accept-new" : "strict";
    const [first = join(this.#around.homeFolder, ".ssh/known_hosts")] = (option("userknownhostsfile") ?? "")
      .split(/\s+/)
      .filter((word) => word !== "");
    return { file: this.#path(first), mode };
  }

  /** The key's text: as given, from the file named, else from the first of the usual files that is there. */
  async #key(
    host: string,
    named: string | undefined,
    configured: readonly string[],
    given: string | undefined,
  ): Promise<string | undefined> {
    if (given !== undefined) return given;
    if (named !== undefined) {
      try {
        return await readFile(this.#path(named), "utf8");
      } catch (error) {
        throw keyUnusable(host, messageOf(error));
      }
    }
    const usual = ["id_rsa", "id_ecdsa", "id_ed25519"].map((name) => join(this.#around.homeFolder, ".ssh", name));
    for (const path of configured.length > 0 ? configured.map((file) => this.#path(file)) : usual) {
      const text = await readFile(path, "utf8").catch(() => undefined);
      if (text !== undefined && !isEncrypted(text)) return text;
    }
    return undefined;
  }

  #agent(named: string | undefined): string | undefined {
    if (named === "none") return undefined;
    const socket = named ?? this.#around.environment["SSH_AUTH_SOCK"];
    return socket === undefined || socket === "" ? undefined : this.#path(socket);
  }

  /** `ProxyJump` and the `ssh -W %h:%p` form of `ProxyCommand`; the jump host is signed in to with the same key and agent. */
  async #jump(
    host: string,
    option: (key: string) => string | undefined,
    known: { readonly user: string; readonly key: string | undefined; readonly agent: string | undefined },
  ): Promise<Endpoint | undefined> {
    const command = option("proxycommand");
    const written =
      option("proxyjump") ?? (command === undefined || command === "none" ? undefined : jumpOf(host, command));
    if (written === undefined || written === "none") return undefined;
    let jump: Endpoint | undefined;
    for (const hop of written.split(",")) {
      const [, user, name = "", bare = "", port] =
        /^(?:ssh:\/\/)?(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(hop.trim()) ?? [];
      const alias = name === "" ? bare : name;
      const config = await this.#config(alias, undefined);
      const keyFile = config.get("identityfile")?.split("\n")[0];
      const key = keyFile === undefined ? known.key : await this.#key(host, undefined, [keyFile], undefined);
      jump = {
        host: alias,
        address: (config.get("hostname") ?? alias).replaceAll("%h", alias),
        port: Number(port ?? config.get("port") ?? 22),
        user: user ?? config.get("user") ?? known.user,
        ...(key === undefined ? {} : { privateKey: new Secret(key) }),
        ...(known.agent === undefined ? {} : { agentSocket: known.agent }),
        ...(jump === undefined ? {} : { jump }),
      };
    }
    return jump;
  }

  #path(path: string): string {
    return expandPath(path.replaceAll("%d", this.#around.homeFolder), this.#around);
  }
}

function textOf(variables: Variables, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = variables[name];
    if (value instanceof Secret) return value.reveal();
    if (value !== undefined && value !== null) return String(value);
  }
  return undefined;
}

function isTrue(value: unknown): boolean {
  return value === true || /^(?:y|yes|on|1|true|t)$/i.test(String(value));
}

/** Keys that need a passphrase are left to the agent; one named on purpose is not. */
function isEncrypted(key: string): boolean {
  if (/ENCRYPTED/.test(key)) return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(key)?.[1];
  // PROTOCOL.key of OpenSSH: "openssh-key-v1\0", then the cipher's name as a string.
  return body !== undefined && !Buffer.from(body, "base64").subarray(15, 40).toString("latin1").includes("none");
}

function jumpOf(host: string, command: string): string {
  const [, words = ""] = /^\s*(?:\S*\/)?ssh\s+(.*)$/.exec(command) ?? [];
  const parts = words.split(/\s+/).filter((word) => word !== "" && word !== "-q");
  const at = parts.findIndex((word) => word.startsWith("-W"));
  if (at < 0) throw reachErrors.proxyCommand(host, command);
  parts.splice(at, parts[at] === "-W" ? 2 : 1);
  const known = readSshArguments(parts.slice(0, -1).join(" "));
  const target = parts.at(-1) ?? "";
  if (known.unknown.length > 0 || target === "" || target.startsWith("-"))
    throw reachErrors.proxyCommand(host, command);
  const user = known.options.get("user");
  const port = known.options.get("port");
  return `${user === undefined || target.includes("@") ? "" : `${user}@`}${target}${port === undefined ? "" : `:${port}`}`;
}
