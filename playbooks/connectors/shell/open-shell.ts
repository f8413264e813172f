import { randomBytes } from "node:crypto";
import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Become } from "../connector.ts";
import { becomeRefused, hostUnreachable, lastLine, loginRefused } from "../errors.ts";
import type { Channel, OpenChannel } from "./channel.ts";
import { watcherScript } from "./session-end.ts";
import { Shell } from "./shell.ts";

const OPENING_MILLISECONDS = 30_000;
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface ShellRequest {
  readonly host: string;
  /** The login user, for messages. */
  readonly user: string;
  readonly become: Become | undefined;
  /** Identity of the shell in a pool. */
  readonly key: string;
  /**
   * Bytes of shell text that the shell runs before it ends, leaving the rest of its input to that text. Without it the
   * shell reads scripts from its input until that ends.
   */
  readonly onceBytes?: number;
}

/**
 * A shell on a host as the login user or as another. The password of another user goes to `sudo` or `su` through its
 * input, once. Rejects with `PLAYBOOKS_BECOME_REFUSED`, `PLAYBOOKS_LOGIN_REFUSED` or `PLAYBOOKS_HOST_UNREACHABLE`.
 */
export async function openShell(open: OpenChannel, request: ShellRequest): Promise<Shell> {
  const token = randomBytes(12).toString("hex");
  // Through its input, not its arguments: those stand in the log of whoever lets another user be.
  const watcher = `${watcherScript(programOf(request.become))}\n`;
  const bytes = request.onceBytes === undefined ? undefined : request.onceBytes + Buffer.byteLength(watcher);
  const channel = await open(shellCommandLine(request, token, bytes));
  channel.stdin.on("error", () => {});
  const greeting = new Greeting(channel, request, token);
  const timer = setTimeout(() => greeting.fail("it gave no shell within 30 s"), OPENING_MILLISECONDS);
  try {
    const session = await greeting.session;
    channel.stdin.write(watcher);
    return new Shell(channel, session, request.key);
  } catch (error) {
    channel.close();
    throw error;
  } finally {
    clearTimeout(timer);
    greeting.stop();
  }
}

/** Follows what a starting shell prints: prompts for a password, then the line that says it is ready. */
class Greeting {
  readonly session: Promise<number>;
  readonly fail: (why: string) => void;
  readonly stop: () => void;
  #output = "";
  #complaints = "";
  #prompts = 0;

  constructor(channel: Channel, request: ShellRequest, token: string) {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.session = promise;
    this.fail = (why) => reject(this.#refusal(request, why));
    const onOutput = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString("latin1")).slice(-4096);
      const ready = new RegExp(`${token} (\\d+)\n`).exec(this.#output);
      if (ready !== null) resolve(Number(ready[1]));
    };
    const onComplaint = (chunk: Buffer) => {
      this.#complaints = (this.#complaints + chunk.toString("utf8")).slice(-4096);
      if (!this.#promptShown(token)) return;
      this.#complaints = "";
      this.#prompts += 1;
      const password = request.become?.password;
      if (this.#prompts > 1) this.fail("the password is wrong");
      else if (password === undefined) this.fail("it asks for a password and none was given");
      else channel.stdin.write(`${password.reveal()}\n`);
    };
    channel.stdout.on("data", onOutput);
    channel.stderr.on("data", onComplaint);
    this.stop = () => {
      channel.stdout.off("data", onOutput);
      channel.stderr.off("data", onComplaint);
    };
    void channel.ended.then(({ status }) => {
      if (status === null) reject(hostUnreachable(request.host, "the connection was lost"));
      else this.fail(lastLine(this.#complaints) || lastLine(this.#output) || `the shell ended with status ${status}`);
    });
  }

  #promptShown(token: string): boolean {
    return this.#complaints.includes(promptOf(token)) || /(?:password|passphrase)[^\n]*:\s*$/i.test(this.#complaints);
  }

  #refusal(request: ShellRequest, why: string) {
    const { become, host, user } = request;
    if (become === undefined) return loginRefused(host, user, why);
    if (this.#prompts > 0 && /try again|incorrect|authentication failure/i.test(why)) why = "the password is wrong";
    if (/not found|No such file/.test(why)) why = `${become.method} is not installed there (${why})`;
    return becomeRefused(host, become, why);
  }
}

function promptOf(token: string): string {
  return `[bdap ${token}] `;
}

function programOf(become: Become | undefined): string | undefined {
  return become === undefined ? undefined : (become.program ?? become.method);
}

/** `bytes` is how much shell text a shell runs that is to run no more than that. */
function shellCommandLine(request: ShellRequest, token: string, bytes: number | undefined): string {
  const goOn = bytes === undefined ? "exec /bin/sh" : `s=$(head -c ${bytes}; printf x); eval "\${s%x}"`;
  const { become } = request;
  const inner = `${preparation(token)}; ${goOn}`;
  const program = programOf(become);
  if (become === undefined || program === undefined) return `exec /bin/sh -c ${shellQuote(inner)}`;
  if (become.method === "su")
    return `exec ${shellJoin([program, ...flagsOf(become), become.user, "-s", "/bin/sh", "-c", inner])}`;
  const asking = become.password === undefined ? ["-n"] : ["-S", "-p", promptOf(token)];
  return `exec ${shellJoin([program, ...asking, ...flagsOf(become, "-H"), "-u", become.user, "--", "/bin/sh", "-c", inner])}`;
}

/** Flags as written, less those that say whether and how a password is asked for: that is decided here. */
function flagsOf(become: Become, otherwise = ""): string[] {
  const words = (become.flags ?? otherwise).split(/\s+/).filter((word) => word !== "");
  if (become.method === "su") return words;
  return words.filter((word) => word !== "-n" && word !== "-S" && word !== "--stdin" && word !== "--non-interactive");
}

/**
 * What every shell does first: an environment that scripts can rely on (English messages, UTF-8, the system
 * directories in PATH, no start-up files), then the ready line with its session (field 6 of proc(5) stat).
 */
function preparation(token: string): string {
  return [
    "unset BASH_ENV ENV CDPATH GREP_OPTIONS LANGUAGE POSIXLY_CORRECT",
    `export LC_ALL=C.UTF-8 PATH="$PATH:${SYSTEM_PATH}"`,
    "read -r a b c d e s r </proc/$$/stat",
    "unset a b c d e r",
    `printf "%s %s\\n" ${token} "$s"`,
  ].join("; ");
}
